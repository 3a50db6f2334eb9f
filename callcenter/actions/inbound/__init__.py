"""Dispatch of incoming messages."""
