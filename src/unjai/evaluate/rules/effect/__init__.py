"""What the programme did: roll-out over stations, told from the times by those that start later."""
