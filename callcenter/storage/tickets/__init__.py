"""Tickets and their comments."""
