"""SOS points — จุดแจ้งเหตุ SOS: two-way voice with them, and their sirens and lights with acknowledgement."""
