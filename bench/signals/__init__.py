"""Controllers of traffic signals against one another and against what was published."""
