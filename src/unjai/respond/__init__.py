"""Respond: reports become incidents, incidents get units, every step stands on the timeline."""
