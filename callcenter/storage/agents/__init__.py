"""Agents, supervisors and administrators."""
