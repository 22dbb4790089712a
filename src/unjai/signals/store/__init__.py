"""All SQL of the signals."""
