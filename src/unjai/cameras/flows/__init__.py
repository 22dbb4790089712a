"""The stories of cameras."""
