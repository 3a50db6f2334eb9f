"""Tickets: open, change, comment, solve."""
