"""Contacts: calls and conversations with their lines."""
