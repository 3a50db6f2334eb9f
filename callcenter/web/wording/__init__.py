"""How things are called and written: the reader's language, terms, numbers, times, money."""
