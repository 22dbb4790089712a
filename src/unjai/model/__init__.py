"""The words every part shares: pure data, no I/O, no clock but the one passed in."""
