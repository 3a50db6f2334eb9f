"""What supervisors try out."""
