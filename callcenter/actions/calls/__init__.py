"""Calls from the first ring to the end of the wrap-up."""
