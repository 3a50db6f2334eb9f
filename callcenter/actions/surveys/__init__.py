"""Were they satisfied? Asked, and answered."""
