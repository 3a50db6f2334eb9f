"""The matter until it is solved."""
