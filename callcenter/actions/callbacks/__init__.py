"""Callbacks to customers: administration and dialing."""
