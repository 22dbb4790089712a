"""Reported cases: what is kept of one, how a row is read, and what may never come in."""
