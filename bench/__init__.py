"""Ratios against named peers or the plain baseline; `python -m bench.NAME --json [--quick]`."""
