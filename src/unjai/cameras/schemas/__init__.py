"""What crosses the wire of cameras."""
