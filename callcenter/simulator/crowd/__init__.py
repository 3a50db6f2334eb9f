"""Simulated customers for a running demo. They act through the control API, like the phone page."""
