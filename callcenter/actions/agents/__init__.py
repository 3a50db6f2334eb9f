"""An agent comes, chooses a status, and goes, or is lost."""
