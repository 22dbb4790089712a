"""Pure decisions about cameras: what a registry entry may say, what a camera sees, how a request goes on."""
