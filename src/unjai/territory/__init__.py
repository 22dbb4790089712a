"""What is where: the police tree, zones, communities, places, streets, devices and their owners."""
