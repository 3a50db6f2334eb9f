"""Pages about agents: their day."""
