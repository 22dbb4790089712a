"""The stories of walks: found, begun, answered, followed, alerted, shown to a friend, forgotten."""
