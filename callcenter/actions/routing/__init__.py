"""Routing: offers, explanations, agent state, expected wait."""
