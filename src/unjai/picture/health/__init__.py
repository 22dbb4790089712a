"""Device health: what each device's state is and since when, how much of the month it was there, whom to call."""
