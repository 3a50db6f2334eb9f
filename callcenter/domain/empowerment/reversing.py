"""Reversal of a grant, and retries of a failed fulfilment."""

from datetime import timedelta

from callcenter.domain.permissions import Actor

TRIES = 60
FIRST, LONGEST = timedelta(seconds=20), timedelta(hours=1)


def may_reverse(actor: Actor, *, agent_id: int, is_still_served: bool) -> bool:
    # Supervisors always; the granting agent while serving that customer.
    return actor.leads or (actor.agent_id == agent_id and is_still_served)


def wait_before(tries: int) -> timedelta | None:
    """None after TRIES failures (more than two days)."""
    return min(LONGEST, FIRST * 2 ** min(tries - 1, 12)) if tries < TRIES else None
