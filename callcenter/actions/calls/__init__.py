"""A call from its first ring to the end of its wrap-up."""
