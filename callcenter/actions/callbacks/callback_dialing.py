"""Dialing of callbacks. Agent first: dialed once the agent's leg is in the conference.

Customer first: dialed when next in queue, then at its head. Lock order: interaction, callback.
"""

from datetime import timedelta

from sqlalchemy.orm import Session

from callcenter.actions.calls import call_lifecycle, calls
from callcenter.actions.routing import hours, offers, ranks, routing
from callcenter.domain.callback_events import CallbackFailed, CallbackKept, CallbackTried, CustomerToCall, LegToEnd
from callcenter.domain.calls import OVER, Answer, HangUp, Wait
from callcenter.domain.events import CallEnded
from callcenter.domain.interactions import WITH_CUSTOMER, EndedBy, Result, State
from callcenter.domain.states import CallbackState, Direction, OfferState
from callcenter.storage.administration import company
from callcenter.storage.callbacks import callbacks
from callcenter.storage.callbacks.callbacks import Callback
from callcenter.storage.calls import interactions
from callcenter.storage.calls import legs as leg_rows
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.calls.legs import Leg
from callcenter.storage.routing import forecasts
from callcenter.storage.routing import offers as open_offers
from callcenter.storage.routing import routing as queries
from callcenter.storage.routing.candidates import head_of
from callcenter.storage.work import Work

LOOK_AGAIN = timedelta(seconds=2)
DIAL_AGAIN = timedelta(seconds=20)
RINGS_AT_MOST = timedelta(seconds=60)
HEAD_OF_LINE = 1e9


def due(work: Work, interaction_id: int) -> bool:
    """Enter the queue or start dialing. True where a worker has to dial."""
    found = _locked(work, interaction_id)
    if found is None or found[1].next_try_at is None or found[1].next_try_at > work.now:
        return False
    ours, row = found
    if row.state == CallbackState.CALLING:
        return True
    if ours.state != State.WAITING:
        row.next_try_at = None
    elif row.first == "agent":
        ours.joined_at = min(ours.joined_at or work.now, work.now)
        row.next_try_at, ours.queue_rank = None, ranks.of(ours)
        routing.route(work, ours)
    elif _is_next(work, ours):
        _to_call(work, ours, row)
    else:
        row.next_try_at = work.now + LOOK_AGAIN
    return False


def _is_next(work: Work, ours: Interaction) -> bool:
    head = head_of(ours)._replace(queue_rank=ranks.of(ours))
    waiting = routing.waiting_of(work, [head], asked_before=False)[0]
    candidates = routing.pool_of(work, queries.on_duty(work.session))
    found = forecasts.forecast(work.session, waiting, candidates, now=work.now)
    # An agent remains for this customer, or the next one to finish does.
    return found.seconds is not None and (found.seconds == 0 or found.place == 1)


def agent_is_in(work: Work, ours: Interaction) -> None:
    """The agent's leg is up: connect, or dial the customer. Locked and active."""
    row = callbacks.of_interaction(work.session, ours.id, lock=True)
    if row is None:
        return
    if customer_is_in(work, ours):
        _connected(work, ours, row)
    elif row.state == CallbackState.WAITING:
        _to_call(work, ours, row)


def customer_is_in(work: Work, ours: Interaction) -> bool:
    leg = leg_rows.of_customer(work.session, ours.id)
    return leg is not None and leg.joined_at is not None and leg.left_at is None


def _to_call(work: Work, ours: Interaction, row: Callback) -> None:
    row.state, row.next_try_at = CallbackState.CALLING, work.now
    work.record(CustomerToCall(**ours.about(), callback_id=row.id))


def claim(work: Work, interaction_id: int) -> Callback | None:
    """Claim the dialing; None where it is not due."""
    found = _locked(work, interaction_id)
    if found is None or found[1].state != "calling" or not found[1].next_try_at or found[1].next_try_at > work.now:
        return None
    ours, row = found
    if ours.state not in (State.WAITING, State.OFFERED, State.ACTIVE):
        return None
    # Dialed again if no leg is recorded by then.
    row.next_try_at = work.now + DIAL_AGAIN
    return row


def rings(work: Work, interaction_id: int, *, call_sid: str) -> None:
    found = _locked(work, interaction_id)
    # The answer may be reported before this leg is recorded.
    if found and found[1].state == "calling":
        _leg(work, *found, call_sid)


def _leg(work: Work, ours: Interaction, row: Callback, call_sid: str) -> Leg:
    leg = leg_rows.get(work.session, call_sid, lock=True)
    if leg is None:
        leg = Leg(sid=call_sid, interaction_id=ours.id, party="customer", created_at=work.now)
        work.session.add(leg)
        work.session.flush()
        row.next_try_at = None
        ours.call.reconcile_at = work.now + RINGS_AT_MOST
    return leg


def answered(work: Work, interaction_id: int, *, call_sid: str) -> Answer:
    """Connect to the waiting agent, else move to the head of the queue. Idempotent."""
    found = _locked(work, interaction_id)
    if found is None:
        return HangUp()
    ours, row = found
    leg = _leg(work, ours, row, call_sid)
    if row.state not in (CallbackState.CALLING, CallbackState.CONNECTED) or ours.state not in (
        State.WAITING,
        State.OFFERED,
        State.ACTIVE,
    ):
        return HangUp()
    leg.joined_at = leg.joined_at or work.now
    if ours.state == State.ACTIVE and _agent_is_there(work, ours):
        _connected(work, ours, row)
    elif ours.state == State.WAITING:
        ours.queue_rank = ranks.of(ours) - HEAD_OF_LINE
        routing.route(work, ours)
    us = company.get(work.session)
    name = us.name(ours.language) if us else ""
    return Wait(interaction_id=ours.id, language=ours.language, company=name)


def _agent_is_there(work: Work, ours: Interaction) -> bool:
    offer = open_offers.open_of(work.session, ours.id)
    legs = leg_rows.of(work.session, ours.id)
    return offer is not None and any(leg.offer_id == offer.id and leg.joined_at and not leg.left_at for leg in legs)


def _connected(work: Work, ours: Interaction, row: Callback) -> None:
    if row.state == CallbackState.CONNECTED:
        return
    # Both legs are up: the promise is fulfilled.
    row.state, row.connected_at, row.ended_at, row.end_reason = CallbackState.CONNECTED, work.now, work.now, "called"
    row.next_try_at = None
    row.tries += 1
    if ours.answered_at is None:
        call_lifecycle.connect(work, ours)
    in_time = work.now <= row.promised_until
    work.record(CallbackKept(**ours.about(), actor=f"agent:{ours.agent_id}", callback_id=row.id, in_time=in_time))


def leg_over(work: Work, ours: Interaction, leg: Leg, *, outcome: str) -> bool:
    """True where the ended leg served no customer: a failed or an earlier try. Locked."""
    current = leg_rows.of_customer(work.session, ours.id)
    if current is None or current.id != leg.id:
        return True
    return not_reached(work, ours, outcome="left" if leg.joined_at else outcome)


def customer_gone(work: Work, ours: Interaction, *, by: EndedBy) -> None:
    """End a failed try, or a connected call. Locked."""
    if ours.state not in WITH_CUSTOMER:
        return
    if not not_reached(work, ours, outcome="given_up" if by == EndedBy.AGENT else "left"):
        calls.end(work, ours, by=by)


def call_ended(work: Work, event: CallEnded) -> None:
    ours = interactions.get(work.session, event.interaction_id) if event.interaction_id else None
    # A customer who never joined the conference has not ended it either.
    if ours and ours.direction == Direction.CALLBACK and event.result == Result.SERVED:
        work.record(LegToEnd(interaction_id=ours.id, agent_id=ours.agent_id))


def not_reached(work: Work, ours: Interaction, *, outcome: str) -> bool:
    """Retry later, or fail after the last try. False where the customer was reached. Locked."""
    row = callbacks.of_interaction(work.session, ours.id, lock=True)
    if row is None or row.state == CallbackState.CONNECTED:
        return False
    if row.state != CallbackState.CALLING:
        return True
    row.tries += 1
    agent_id = _let_agent_go(work, ours)
    if row.tries >= row.attempts:
        row.state, row.ended_at, row.end_reason, row.next_try_at = CallbackState.FAILED, work.now, outcome, None
        call_lifecycle.finish(work, ours, by=EndedBy.SYSTEM, result=Result.NOT_REACHED)
    else:
        queue = company.queue(work.session, row.queue_id)
        row.state = CallbackState.WAITING
        row.next_try_at = hours.when_open(queue, work.now + timedelta(minutes=row.spacing_minutes))
        ours.state, ours.queue_rank = State.WAITING, None
        ours.accepted_at = ours.call.reconcile_at = None
    _tell_tried(work, ours, row, outcome, agent_id)
    offers.free(work, ours, agent_id)
    return True


def _let_agent_go(work: Work, ours: Interaction) -> int | None:
    offer = open_offers.open_of(work.session, ours.id, lock=True)
    if offer is None:
        return None
    # Ringing: withdraw the offer. Waiting in the conference: end the leg.
    if offer.state == OfferState.LIVE:
        offers.withdraw(work, ours)
    elif any(leg.offer_id == offer.id and not leg.left_at for leg in leg_rows.of(work.session, ours.id)):
        work.record(LegToEnd(interaction_id=ours.id, agent_id=offer.agent_id))
    offers.close(work, ours.id)
    ours.agent_id = None
    return offer.agent_id


def _tell_tried(work: Work, ours: Interaction, row: Callback, outcome: str, agent_id: int | None) -> None:
    again = row.next_try_at.isoformat() if row.next_try_at else ""
    about = {**ours.about(), "agent_id": agent_id}
    work.record(CallbackTried(**about, callback_id=row.id, outcome=outcome, tries=row.tries, next_try_at=again))  # type: ignore[arg-type]
    if row.state == CallbackState.FAILED:
        work.record(CallbackFailed(**about, callback_id=row.id, tries=row.tries))  # type: ignore[arg-type]


def legs_to_end(session: Session, interaction_id: int) -> list[str]:
    """Sids of agent legs in an ended call, or under an earlier offer."""
    interaction = interactions.get(session, interaction_id)
    offer = open_offers.open_of(session, interaction_id)
    mine = offer.id if offer and interaction and interaction.state == State.ACTIVE else None
    legs = [leg for leg in leg_rows.of(session, interaction_id) if leg.party == "agent"]
    return [leg.sid for leg in legs if leg.rank < OVER and not leg.left_at and leg.offer_id != mine]


def _locked(work: Work, interaction_id: int) -> tuple[Interaction, Callback] | None:
    ours = interactions.get(work.session, interaction_id, lock=True)
    row = callbacks.of_interaction(work.session, interaction_id, lock=True)
    return (ours, row) if ours and row else None
