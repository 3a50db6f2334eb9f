"""An agent's current work, and their day."""
