"""Satisfaction surveys and their replies."""
