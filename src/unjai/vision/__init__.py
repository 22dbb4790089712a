"""Frames to facts: who and what is in a picture, where it goes, what that means. Pure: no files, sockets, clock."""
