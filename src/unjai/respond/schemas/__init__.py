"""What of incidents crosses the wire, a file for each part of the API."""
