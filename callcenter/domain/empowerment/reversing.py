"""Who may take a grant back, and how often a failed carrying-out is tried again."""

from datetime import timedelta

from callcenter.domain.permissions import Actor

TRIES = 60
FIRST, LONGEST = timedelta(seconds=20), timedelta(hours=1)


def may_reverse(actor: Actor, *, giver_id: int, is_still_served: bool) -> bool:
    """Whoever leads, at any time; the giver while still serving the customer it was given to."""
    return actor.leads or (actor.agent_id == giver_id and is_still_served)


def wait_before(tries: int) -> timedelta | None:
    """After so many failures: the pause before the next try, growing to an hour; None after more than two days of them."""
    return min(LONGEST, FIRST * 2 ** min(tries - 1, 12)) if tries < TRIES else None
