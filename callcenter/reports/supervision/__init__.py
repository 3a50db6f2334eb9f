"""Live figures, invariants, and what-if runs."""
