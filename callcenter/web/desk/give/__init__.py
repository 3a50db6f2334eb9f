"""Giving on the desk: what the card says of it (`section`), the two steps (`choosing`, `confirming`), the wait (`waiting`),
and the routes (`doors` to the yes or the question, `asked` from there)."""
