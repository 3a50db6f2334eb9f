"""Empowerment pages: rules, replays, budgets, department requests, learning."""
