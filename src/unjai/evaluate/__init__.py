"""Honest figures: reported cases, risk of places, indicators with their intervals, surveys, effect, the month."""
