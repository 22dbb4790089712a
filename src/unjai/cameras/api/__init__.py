"""The routes of cameras, a file for each part; `router` holds them all."""
