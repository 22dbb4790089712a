"""What crosses the wire of the figures."""
