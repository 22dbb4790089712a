"""What runs in the process `cameras`: doors, tracks, stills, and what is told of them. PyAV is imported here alone."""
