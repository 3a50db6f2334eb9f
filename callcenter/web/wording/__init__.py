"""Labels and formats in the reader's language: terms, numbers, times, money."""
