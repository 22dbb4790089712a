"""What is decided about signals, pure: no I/O, no clock."""
