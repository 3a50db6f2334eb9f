"""Questions to customers, and their answers."""
