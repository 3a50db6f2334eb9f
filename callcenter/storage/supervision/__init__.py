"""Figures and what-if runs for supervisors."""
