"""Calling customers back: the list, and how each is carried out."""
