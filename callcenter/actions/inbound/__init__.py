"""Who may take a message that has come in."""
