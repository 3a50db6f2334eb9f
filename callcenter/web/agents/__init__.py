"""An agent's own day."""
