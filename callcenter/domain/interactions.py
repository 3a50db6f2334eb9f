"""States of an interaction and their order. Channels differ only in what they skip."""

from enum import StrEnum


class State(StrEnum):
    MENU = "menu"
    WAITING = "waiting"
    OFFERED = "offered"  # to one agent
    ACTIVE = "active"
    WRAP_UP = "wrap_up"  # the customer is gone, the agent finishes
    ENDED = "ended"


LIVE = (State.MENU, State.WAITING, State.OFFERED, State.ACTIVE, State.WRAP_UP)
WITH_CUSTOMER = (State.MENU, State.WAITING, State.OFFERED, State.ACTIVE)

FOLLOWS: dict[State, tuple[State, ...]] = {
    State.MENU: (State.WAITING, State.ENDED),
    State.WAITING: (State.OFFERED, State.ENDED),
    State.OFFERED: (State.WAITING, State.ACTIVE, State.ENDED),
    State.ACTIVE: (State.WAITING, State.WRAP_UP, State.ENDED),
    State.WRAP_UP: (State.ENDED,),
    State.ENDED: (),
}


class Result(StrEnum):
    """How the customer's part ended. CLOSED: outside opening hours. FAILED: no leg came up. REPLACED: they called us
    before our callback."""

    SERVED = "served"
    ABANDONED = "abandoned"
    LEFT_IN_MENU = "left_in_menu"
    CLOSED = "closed"
    FAILED = "failed"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    NOT_REACHED = "not_reached"
    REPLACED = "replaced"
    CANCELLED = "cancelled"


class EndedBy(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    SYSTEM = "system"


class Outcome(StrEnum):
    """Of a call, chosen by the agent in wrap-up (keys 1-6)."""

    SOLVED = "solved"
    PROMISE_MADE = "promise_made"
    WAITING_FOR_DEPARTMENT = "waiting_for_department"
    WAITING_FOR_CUSTOMER = "waiting_for_customer"
    TRANSFERRED = "transferred"
    NO_ACTION_NEEDED = "no_action_needed"


def may_follow(before: State, after: State) -> bool:
    return after in FOLLOWS[before]


def conference_name(interaction_id: int) -> str:
    return f"interaction-{interaction_id}"


def interaction_of_conference(name: str) -> int | None:
    head, _, tail = name.rpartition("-")
    return int(tail) if head == "interaction" and tail.isascii() and tail.isdigit() else None
