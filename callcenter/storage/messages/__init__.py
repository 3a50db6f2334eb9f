"""Messages and their files."""
