"""The list of callbacks."""
