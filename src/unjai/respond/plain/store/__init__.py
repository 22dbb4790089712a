"""All SQL of plain reports."""
