"""Patrol at the station: checkpoints that prove presence, plans that go where risk is, what was driven."""
