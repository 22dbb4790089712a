"""The processes `web` and `core`, made of the composition root's parts; each runs until it is told to stop."""
