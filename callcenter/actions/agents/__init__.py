"""Presence of agents: sign in, status, sign out, connection loss."""
