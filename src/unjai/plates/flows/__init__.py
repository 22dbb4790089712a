"""What is done with plates, as named stories."""
