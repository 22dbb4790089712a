"""Tables of the figures: offences and their groups."""
