"""Contacts: calls with their legs, and conversations."""
