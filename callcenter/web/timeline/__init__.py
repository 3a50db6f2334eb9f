"""Timelines: events as sentences."""
