"""What people and the process do with junctions, as stories."""
