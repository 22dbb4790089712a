"""Judging change: intervals of small counts and shares, and the only three verdicts there are."""
