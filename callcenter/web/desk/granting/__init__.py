"""Granting on the desk: the card's section (`section`), two steps (`choosing`, `confirming`), the wait (`waiting`),
and the routes (`granting_routes` up to the grant or the request, `approval_routes` after it)."""
