"""What is done on patrol, as named stories."""
