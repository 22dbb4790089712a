"""What is done with figures, as named stories."""
