"""Decisions about plates: pure."""
