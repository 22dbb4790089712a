"""All SQL of respond: the tables in `tables`, then one module a table."""
