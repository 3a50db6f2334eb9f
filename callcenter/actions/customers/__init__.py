"""Who it is, and what we know of them."""
