"""Unjai: the open operations centre for Smart Safety Zones."""
