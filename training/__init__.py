"""What makes the models that the product ships; no part of the product itself."""
