"""Pure decisions of respond: what joins what, which moves are legal, who goes. No I/O, no clock."""
