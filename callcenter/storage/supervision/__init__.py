"""What supervisors watch and try."""
