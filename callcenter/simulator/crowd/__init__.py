"""Lifelike customers for a running demo: they act through the control API, like anybody at the phone page."""
