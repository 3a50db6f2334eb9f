"""Callbacks managed by staff. Dialing is in `callback_dialing`."""

from datetime import datetime, timedelta

from callcenter.actions.calls import callback_offer as promises
from callcenter.actions.customers import customers as people
from callcenter.actions.routing import offers, routing
from callcenter.domain import customers as numbers
from callcenter.domain import languages, texts
from callcenter.domain.callback_events import CallbackCancelled, CallbackChanged
from callcenter.domain.channels import Channel
from callcenter.domain.errors import CallbackInProgress, CallbackOver, Invalid, NotFound
from callcenter.domain.interactions import EndedBy, Result, State
from callcenter.domain.permissions import Actor
from callcenter.domain.states import CallbackState, Direction
from callcenter.storage.administration import company
from callcenter.storage.callbacks import callbacks
from callcenter.storage.callbacks.callbacks import Callback
from callcenter.storage.calls import interactions
from callcenter.storage.calls.calls import Call
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers
from callcenter.storage.customers.customers import Customer
from callcenter.storage.work import Work

LONGEST_NOTE = 500
FURTHEST = timedelta(days=60)


def create(
    work: Work,
    *,
    actor: Actor,
    number: str,
    queue_id: int,
    at: datetime | None,
    note: str = "",
    customer_id: int | None = None,
    ticket_id: int | None = None,
    source: str = "agent",
) -> Callback:
    """Promise a callback at `at` (UTC; None for now). Invalid for a wrong queue, customer, number or time."""
    queue = company.queue(work.session, queue_id)
    if queue is None or not queue.is_active:
        raise Invalid("There is no such queue.", field="queue_id")
    e164 = _number(work, number)
    starts = _time(work, at) if at else work.now
    customer = _customer(work, customer_id, e164)
    language = customer.language if customer else numbers.language_of(e164) or languages.DEFAULT
    ours = Interaction(
        channel=Channel.VOICE,
        direction=Direction.CALLBACK,
        state=State.WAITING,
        language=languages.served(language),
        our_address=_our_number(work, queue_id),
        their_address=e164,
        customer_id=customer.id if customer else None,
        queue_id=queue_id,
        ticket_id=ticket_id,
        call=Call(),
        created_at=work.now,
        joined_at=starts,
    )
    work.session.add(ours)
    work.session.flush()
    routing.enter(work, ours, customer)
    rules = queue.policy.callbacks
    window = timedelta(minutes=rules.window_minutes)
    text = _note(note)
    about = {"call_id": None, "source": source, "starts": starts, "window": window, "actor": actor.label, "note": text}
    return promises.write(work, ours, rules, **about)  # type: ignore[arg-type]


def _number(work: Work, number: str) -> str:
    ours = company.get(work.session)
    e164 = numbers.e164(number, region=ours.region if ours else None)
    if e164 is None:
        raise Invalid("This is not a telephone number.", field="number")
    return e164


def _time(work: Work, at: datetime) -> datetime:
    if at > work.now + FURTHEST:
        raise Invalid("This is too far away.", field="at")
    return max(at, work.now)


def _customer(work: Work, customer_id: int | None, number: str) -> Customer | None:
    if customer_id is None:
        return people.identify(work, number)
    found = customers.get(work.session, customer_id)
    if found is None:
        raise Invalid("There is no such customer.", field="customer_id")
    return found


def _our_number(work: Work, queue_id: int) -> str:
    """Our number that leads to this queue, else our first one."""
    lines = company.numbers(work.session)
    if not lines:
        raise Invalid("We have no telephone number to call from.", field="number")
    mine = [line for line in lines if queue_id in (line.queue_id, *line.menu.values())]
    return (mine or list(lines))[0].e164


def _note(note: str) -> str:
    return texts.clean(note, LONGEST_NOTE)


def change(
    work: Work,
    callback_id: int,
    *,
    actor: Actor,
    number: str | None = None,
    at: datetime | None = None,
    note: str | None = None,
) -> Callback:
    """Change number, earliest time or note. CallbackOver, CallbackInProgress while dialing."""
    ours, row = _still_waiting(work, callback_id)
    changed: dict[str, list[str]] = {}
    if number is not None and (e164 := _number(work, number)) != row.number:
        changed["number"] = [row.number, e164]
        row.number = ours.their_address = e164
    if at is not None:
        changed["at"] = [row.promised_from.isoformat(), at.isoformat()]
        _move(work, ours, row, _time(work, at))
    if note is not None and _note(note) != row.note:
        changed["note"] = [row.note, _note(note)]
        row.note = _note(note)
    if changed:
        work.record(CallbackChanged(**ours.about(), actor=actor.label, callback_id=row.id, changed=changed))
    return row


def _move(work: Work, ours: Interaction, row: Callback, starts: datetime) -> None:
    window = row.promised_until - row.promised_from
    row.promised_from, row.promised_until = starts, promises.rounded_up(starts + window)
    # Withdraws an offer that is out.
    _out_of_line(work, ours)
    row.next_try_at = starts


def call_now(work: Work, callback_id: int, *, actor: Actor) -> Callback:
    ours, row = _still_waiting(work, callback_id)
    changed = {"at": [row.promised_from.isoformat(), work.now.isoformat()]}
    row.promised_from = min(row.promised_from, work.now)
    if ours.queue_rank is None:
        row.next_try_at = work.now
    work.record(CallbackChanged(**ours.about(), actor=actor.label, callback_id=row.id, changed=changed))
    return row


def cancel(work: Work, callback_id: int, *, actor: Actor, reason: str) -> Callback:
    """Invalid without a reason, CallbackOver, CallbackInProgress."""
    if not _note(reason):
        raise Invalid("Say why.", field="reason")
    ours, row = _still_waiting(work, callback_id)
    promises.close(
        work, ours, row, state=CallbackState.CANCELLED, reason=_note(reason), result=Result.CANCELLED, by=EndedBy.SYSTEM
    )
    work.record(CallbackCancelled(**ours.about(), actor=actor.label, callback_id=row.id, reason=_note(reason)))
    return row


def _out_of_line(work: Work, ours: Interaction) -> None:
    ours.queue_rank = None
    if ours.state == State.OFFERED:
        agent_id = offers.withdraw(work, ours)
        ours.state, ours.agent_id = State.WAITING, None
        offers.free(work, ours, agent_id)


def _still_waiting(work: Work, callback_id: int) -> tuple[Interaction, Callback]:
    seen = callbacks.get(work.session, callback_id)
    ours = interactions.get(work.session, seen.interaction_id, lock=True) if seen else None
    row = callbacks.get(work.session, callback_id, lock=True)
    if ours is None or row is None:
        raise NotFound
    if not row.is_open:
        raise CallbackOver
    if row.state != CallbackState.WAITING or ours.state not in (State.WAITING, State.OFFERED):
        raise CallbackInProgress
    return ours, row
