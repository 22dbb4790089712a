"""The HTTP and WebSocket edge: routes of all capabilities, the live feed, limits, the built screens."""
