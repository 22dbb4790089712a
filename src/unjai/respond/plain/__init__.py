"""Plain reports — แจ้งเรื่องทั่วไป: what needs an answer and no siren; sorted, answered, and open again if not mended."""
