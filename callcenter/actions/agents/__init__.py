"""Presence of agents."""
