"""Business rules in plain Python. They take values and `now`; they read no clock, database or network."""
