"""What is going on, what must never be, and days tried again."""
