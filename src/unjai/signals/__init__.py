"""Traffic signals: a controller that looks ahead, the envelope that keeps it safe, and the plants that it drives."""
