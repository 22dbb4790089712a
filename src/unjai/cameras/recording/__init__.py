"""Recordings on the disc: files that say by their names when they were, so that no index can be lost or be wrong."""
