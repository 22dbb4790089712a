"""The senses: one file per sensor, found by being here, and the intake that stamps what they say."""
