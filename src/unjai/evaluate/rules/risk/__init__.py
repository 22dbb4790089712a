"""Risk of places: where and when reported crime is to be expected, beside the simple maps it must beat."""
