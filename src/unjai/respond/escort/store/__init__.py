"""All SQL of walks that are watched."""
