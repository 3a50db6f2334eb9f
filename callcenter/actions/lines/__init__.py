"""What the telephone company reports of legs and conferences, whoever called."""
