"""Surveys of fear of crime and confidence: what is asked, how many are asked, and what may be said of the answers."""
