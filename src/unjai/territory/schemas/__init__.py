"""What of a territory crosses the wire, a file for each part of the API."""
