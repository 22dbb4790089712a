"""What is decided about plain reports: kinds and promises, their life, likeness, receipt numbers, words that hurry."""
