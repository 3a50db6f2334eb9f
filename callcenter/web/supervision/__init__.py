"""What is going on now: the wallboard, and why somebody still waits."""
