"""What of people crosses the wire, a file for each part of the API."""
