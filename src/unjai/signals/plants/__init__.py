"""What is driven: a simulation, or a controller on the street."""
