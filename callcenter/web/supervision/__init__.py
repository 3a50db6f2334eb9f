"""Live supervision: wallboard, and why contacts wait."""
