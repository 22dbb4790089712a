"""What crosses the wire about signals."""
