"""What may be given, was given, and what it brought."""
