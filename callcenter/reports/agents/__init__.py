"""What an agent has in hand, and their day."""
