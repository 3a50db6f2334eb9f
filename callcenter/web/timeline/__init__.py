"""What happened, as a story."""
