"""All SQL of the figures."""
