"""Unjai: the open operations centre for Smart Safety Zones."""

__version__ = "0.1.0"
