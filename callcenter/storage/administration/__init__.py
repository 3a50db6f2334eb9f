"""The company's set-up, and who may sign in."""
