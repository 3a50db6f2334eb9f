"""Callback pages."""
