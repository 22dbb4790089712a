"""A fictional Thai town, and a night that plays itself in it by knocking at the centre's public doors."""
