"""What may be granted, what was granted, and its effect."""
