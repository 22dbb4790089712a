"""What decides which phase comes next: the search that looks ahead, and the rules it is measured against. Pure."""
