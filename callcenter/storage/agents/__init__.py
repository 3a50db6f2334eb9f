"""People who serve."""
