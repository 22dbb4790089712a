"""A fictional Thai town and a night that plays itself in it: the town is loaded, the night knocks at the public doors."""
