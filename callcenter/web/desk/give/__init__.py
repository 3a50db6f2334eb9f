"""Granting on the desk: the card's section (`section`), two steps (`choosing`, `confirming`), the wait (`waiting`),
and the routes (`doors` up to the grant or the request, `asked` after it)."""
