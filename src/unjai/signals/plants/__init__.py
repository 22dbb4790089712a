"""What stands between a wish and the lamps: controllers on the street and simulated ones."""
