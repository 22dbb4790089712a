"""Who works here: accounts, roles at a unit, sessions, patrol units, shifts and duty, device credentials."""
