"""Register of followers: actions after an event in its own transaction, in this order.

A follower may record events.
"""

from collections.abc import Callable, Sequence
from typing import Any

from callcenter.actions.callbacks import callback_dialing
from callcenter.actions.calls import wrap_ups
from callcenter.actions.empowerment import escalation
from callcenter.actions.surveys import surveys
from callcenter.domain import events
from callcenter.domain.events import Event
from callcenter.storage.work import Work

Follower = Callable[[Work, Any], object]

FOLLOWERS: dict[type[Event], tuple[Follower, ...]] = {
    events.CallEnded: (
        escalation.call_ended,  # before wrap-up: a promised callback names its agent
        wrap_ups.call_ended,
        callback_dialing.call_ended,
    ),
    events.TicketSolved: (surveys.ticket_solved,),
}


def of(event: Event) -> Sequence[Follower]:
    return FOLLOWERS.get(type(event), ())
