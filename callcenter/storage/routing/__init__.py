"""What the router asks: who waits, who is on duty, what is held out to whom."""
