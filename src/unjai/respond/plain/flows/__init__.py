"""The stories of plain reports: the reporter's, the desk's, and how they are forgotten."""
