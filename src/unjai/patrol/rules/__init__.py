"""Decisions about patrol: pure."""
