"""The picture: what is where now, by whom it may be seen, and which observations are an alarm."""
