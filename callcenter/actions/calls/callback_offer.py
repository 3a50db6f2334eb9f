"""Callbacks as an alternative to waiting: offered, promised, announced, replaced by the customer's own call.

Staff actions are in `callback_admin`, dialing in `callback_dialing`. Lock order: interaction, callback.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from callcenter.actions.calls import call_lifecycle
from callcenter.actions.routing import offers, queue_announcements, ranks, routing
from callcenter.domain import customers as numbers
from callcenter.domain.callback_events import CallbackKept, CallbackPromised
from callcenter.domain.calls import AskForCallback, SayPromised
from callcenter.domain.channels import Channel
from callcenter.domain.interactions import EndedBy, Result, State
from callcenter.domain.routing import CallbackRule
from callcenter.domain.states import CallbackState, Direction
from callcenter.storage.administration import company, settings_cache
from callcenter.storage.callbacks import callbacks
from callcenter.storage.callbacks.callbacks import Callback
from callcenter.storage.calls import interactions
from callcenter.storage.calls.calls import Call
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers
from callcenter.storage.work import Work

CHOOSING = timedelta(seconds=30)
ASKED = "callback?"
ROUNDED = timedelta(minutes=5)


def rule(work: Work, interaction: Interaction) -> CallbackRule:
    queue = settings_cache.queue(work.session, interaction.queue_id) if interaction.queue_id else None
    return queue.policy.callbacks if queue else CallbackRule(by_key=False, offered_over=None)


def may_ask(interaction: Interaction) -> bool:
    is_here = (
        interaction.channel.is_voice
        and interaction.direction == Direction.INBOUND
        and interaction.state == State.WAITING
    )
    return is_here and interaction.their_address is not None


def is_choosing(interaction: Interaction) -> bool:
    return may_ask(interaction) and interaction.call.menu_keys[-1:] == [ASKED]


def ask(work: Work, interaction: Interaction, *, expected_seconds: int | None = None) -> AskForCallback:
    """Offer a callback. The caller keeps their place and returns to the music after 30 seconds."""
    to_be_asked(interaction)
    interaction.call.bring_back_at = work.now + CHOOSING
    return AskForCallback(
        interaction_id=interaction.id, language=interaction.language, expected_seconds=expected_seconds
    )


def to_be_asked(interaction: Interaction) -> None:
    # Kept among the menu keys until the caller has chosen.
    if interaction.call.menu_keys[-1:] != [ASKED]:
        interaction.call.menu_keys = [*interaction.call.menu_keys, ASKED]


def wait_on(interaction: Interaction) -> None:
    interaction.call.menu_keys = [key for key in interaction.call.menu_keys if key != ASKED]
    interaction.call.bring_back_at = None


def promise(work: Work, call: Interaction, *, source: str) -> Callback:
    """A callback in the call's place. The caller of this function ends the call."""
    rules = rule(work, call)
    _, seconds = queue_announcements.prediction(work, call)
    window = max(timedelta(minutes=rules.window_minutes), 2 * timedelta(seconds=seconds or 0))
    ours = _interaction(work, call)
    ours.queue_rank = call.queue_rank
    return write(work, ours, rules, call_id=call.id, source=source, starts=work.now, window=window, actor="customer")


def _interaction(work: Work, call: Interaction) -> Interaction:
    ours = Interaction(
        **{
            name: getattr(call, name)
            for name in ("language", "our_address", "their_address", "customer_id", "queue_id")
        },
        **{name: getattr(call, name) for name in ("ticket_id", "joined_at", "aging", "tier", "score", "affinities")},
        channel=Channel.VOICE,
        direction=Direction.CALLBACK,
        state=State.WAITING,
        call=Call(),
        created_at=work.now,
    )
    work.session.add(ours)
    work.session.flush()
    return ours


def write(
    work: Work,
    ours: Interaction,
    rules: CallbackRule,
    *,
    call_id: int | None,
    source: str,
    starts: datetime,
    window: timedelta,
    actor: str,
    note: str = "",
) -> Callback:
    row = Callback(
        interaction_id=ours.id,
        call_id=call_id,
        customer_id=ours.customer_id,
        queue_id=ours.queue_id,
        number=ours.their_address,
        our_number=ours.our_address,
        state=CallbackState.WAITING,
        first=rules.first,
        source=source,
        note=note,
        attempts=rules.attempts,
        spacing_minutes=rules.spacing_minutes,
        created_at=work.now,
        joined_at=ours.joined_at,
        promised_from=starts,
        promised_until=rounded_up(starts + window),
        next_try_at=starts if starts > work.now or rules.first == "customer" else None,
    )
    work.session.add(row)
    work.session.flush()
    work.record(
        CallbackPromised(
            **ours.about(),
            actor=actor,
            callback_id=row.id,
            queue_id=row.queue_id,
            promised_until=row.promised_until.isoformat(),
            source=source,
        )
    )
    if row.next_try_at is None:
        routing.route(work, ours)
    else:
        ours.queue_rank = None
    return row


def rounded_up(moment: datetime) -> datetime:
    over = timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)
    return moment + (ROUNDED - over if over else timedelta())


def announcement(work: Work, row: Callback, *, interaction_id: int, language: str) -> SayPromised:
    """The announcement of the promised time, in the customer's zone."""
    customer = customers.get(work.session, row.customer_id) if row.customer_id else None
    queue = company.queue(work.session, row.queue_id)
    zone = customer.zone if customer else numbers.zone_of(row.number) or (queue.zone if queue else "UTC")
    until = row.promised_until.astimezone(ZoneInfo(zone))
    return SayPromised(interaction_id=interaction_id, language=language, until=until)


def taken_by_call(work: Work, call: Interaction) -> bool:
    """A customer with a waiting callback calls its queue: the call takes that place and fulfils the promise."""
    if not call.their_address or not call.queue_id or not _any_open(work):
        return False
    found = callbacks.waiting_for(work.session, call.their_address, queue_id=call.queue_id)
    ours = interactions.get(work.session, found, lock=True) if found else None
    row = callbacks.of_interaction(work.session, ours.id, lock=True) if ours else None
    if (
        ours is None
        or row is None
        or row.state != CallbackState.WAITING
        or ours.state not in (State.WAITING, State.OFFERED)
    ):
        return False
    call.joined_at = min(row.joined_at, work.now)
    call.queue_rank = ranks.of(call)
    row.connected_at = work.now
    close(
        work, ours, row, state=CallbackState.CONNECTED, reason="called_us", result=Result.REPLACED, by=EndedBy.CUSTOMER
    )
    in_time = work.now <= row.promised_until
    work.record(CallbackKept(**call.about(), actor="customer", callback_id=row.id, in_time=in_time, how="called_us"))
    return True


def _any_open(work: Work) -> bool:
    # Cached for a second: every call asks.
    return settings_cache.figure(work.session, "open_callbacks", lambda: callbacks.any_open(work.session))


def close(
    work: Work, ours: Interaction, row: Callback, *, state: CallbackState, reason: str, result: Result, by: EndedBy
) -> None:
    """End a callback without dialing and release its agent. Both locked, not active."""
    row.state, row.end_reason, row.ended_at, row.next_try_at = state, reason, work.now, None
    agent_id = offers.withdraw(work, ours)
    ours.agent_id = None
    call_lifecycle.finish(work, ours, by=by, result=result)
    offers.free(work, ours, agent_id)
