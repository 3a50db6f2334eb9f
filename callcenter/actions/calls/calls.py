"""A call from its first ring to its end. Reports may arrive twice, late or out of order; none moves a call
backwards."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from callcenter.actions.calls import call_lifecycle
from callcenter.actions.calls import callback_offer as callbacks
from callcenter.actions.customers import customers
from callcenter.actions.routing import hours, offers, queue_announcements, routing
from callcenter.domain import calls, languages
from callcenter.domain import customers as people
from callcenter.domain.callback_events import LegToEnd
from callcenter.domain.calls import (
    RANK,
    Answer,
    Apologise,
    HangUp,
    IncomingCall,
    MenuChoice,
    OfferMenu,
    SayClosed,
    TakeMessage,
    Wait,
)
from callcenter.domain.channels import Channel
from callcenter.domain.events import (
    CallReceived,
    MenuChosen,
    QueueEntered,
)
from callcenter.domain.interactions import WITH_CUSTOMER, EndedBy, Result, State
from callcenter.storage.administration import access, company, settings_cache
from callcenter.storage.administration.company import Number
from callcenter.storage.callbacks import callbacks as promised
from callcenter.storage.calls import incoming, interactions
from callcenter.storage.calls import legs as leg_rows
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers as known
from callcenter.storage.customers.customers import Customer
from callcenter.storage.routing import offers as open_offers
from callcenter.storage.work import Work

QUIET_AFTER = offers.QUIET_AFTER
LANGUAGE_KEY = "9"
WRONG_KEYS = 2
LONGEST_AWAY = timedelta(hours=1)


def receive(work: Work, call: IncomingCall) -> Answer:
    """A new call. Idempotent: a repeated or concurrent report gets the same answer."""
    if not claim(work, call.sid):
        seen = interactions.by_leg(work.session, call.sid)
        return answer_again(work, seen) if seen else Apologise(language=languages.DEFAULT)
    line = settings_cache.line(work.session, call.called)
    if line is None:
        return Apologise(language=languages.DEFAULT)
    number, queue = line
    came_by: list[int] = []
    customer = customers.identify(work, call.caller, seen=came_by)
    interaction = _begin(work, call, number, customer, came_by)
    if number.menu:
        return _menu(work, interaction, number, customer)
    with work.session.no_autoflush:  # no query here depends on the new rows: one flush at the end
        return _enter(work, interaction, queue.id, customer, since=call.since)


def claim(work: Work, sid: str) -> bool:
    """True for the first report of this call; a concurrent one waits here."""
    return access.claim_receipt(work.session, f"call:{sid}", now=work.now)


def _begin(
    work: Work, call: IncomingCall, number: Number, customer: Customer | None, came_by: Sequence[int]
) -> Interaction:
    language = customer.language if customer else people.language_of(call.caller) or number.language
    interaction = incoming.add_call(
        work.session,
        sid=call.sid,
        rank=RANK[calls.CallStatus.RINGING],
        seen=came_by,
        channel=Channel.VOICE,
        state=State.MENU,
        language=languages.served(language),
        our_address=number.e164,
        their_address=call.caller,
        customer_id=customer.id if customer else None,
        queue_id=None if number.menu else number.queue_id,
        created_at=_since(work, call.since),
        reconcile_at=work.now + QUIET_AFTER,
    )
    work.record(
        CallReceived(
            interaction_id=interaction.id,
            customer_id=interaction.customer_id,
            actor="customer",
            queue_id=interaction.queue_id,
        )
    )
    return interaction


def _since(work: Work, first_try: datetime | None) -> datetime:
    # A caller who waited for our database has waited since the first try.
    return max(work.now - LONGEST_AWAY, min(work.now, first_try)) if first_try else work.now


def _menu(
    work: Work,
    interaction: Interaction,
    number: Number,
    customer: Customer | None,
    *,
    again: bool = False,
    wrong_key: bool = False,
) -> OfferMenu:
    ours = company.get(work.session)
    queues = {queue.id: queue for queue in company.queues(work.session)}
    choices = tuple(
        MenuChoice(digit=digit, label=queues[queue_id].name(interaction.language))
        for digit, queue_id in sorted(number.menu.items())
        if queue_id in queues
    )
    other = next((code for code in languages.SERVED if code != interaction.language), None)
    return OfferMenu(
        interaction_id=interaction.id,
        language=interaction.language,
        company=ours.name(interaction.language) if ours else "",
        name=customer.name or None if customer else None,
        choices=choices,
        other_language=other,
        again=again,
        wrong_key=wrong_key,
    )


def choose(
    work: Work, interaction_id: int, digit: str, *, token: str | None = None, since: datetime | None = None
) -> Answer:
    """A menu key, or none. After two wrong keys the caller enters the number's own queue.

    `token` identifies the provider's request: a repeated request counts once.
    """
    interaction = interactions.get(work.session, interaction_id, lock=True)
    if interaction is None:
        return HangUp()
    number = company.number(work.session, interaction.our_address)
    is_new = token is None or access.claim_receipt(work.session, f"key:{token}", now=work.now)
    if interaction.state != State.MENU or number is None or not is_new:
        return answer_again(work, interaction)
    if digit == LANGUAGE_KEY and LANGUAGE_KEY not in number.menu:
        return _other_language(work, interaction, number)
    queue_id = number.menu.get(digit)
    interaction.call.menu_keys = [*interaction.call.menu_keys, digit or "-"]
    if queue_id is None and _wrong_keys(interaction, number) < WRONG_KEYS:
        return _menu(work, interaction, number, None, again=True, wrong_key=bool(digit))
    customer = known.get(work.session, interaction.customer_id) if interaction.customer_id else None
    return _enter(work, interaction, queue_id or number.queue_id, customer, digit=digit, since=since)


def _wrong_keys(interaction: Interaction, number: Number) -> int:
    return sum(1 for key in interaction.call.menu_keys if key not in number.menu)


def _other_language(work: Work, interaction: Interaction, number: Number) -> OfferMenu:
    interaction.language = next(code for code in languages.SERVED if code != interaction.language)
    return _menu(work, interaction, number, None)


def _enter(
    work: Work,
    interaction: Interaction,
    queue_id: int,
    customer: Customer | None,
    *,
    digit: str = "",
    since: datetime | None = None,
) -> Answer:
    queue = settings_cache.queue(work.session, queue_id)
    interaction.queue_id = queue_id
    if digit:
        work.record(
            MenuChosen(
                interaction_id=interaction.id, customer_id=interaction.customer_id, digit=digit, queue_id=queue_id
            )
        )
    if queue and not hours.is_open(queue, work.now):
        call_lifecycle.finish(work, interaction, by=EndedBy.SYSTEM, result=Result.CLOSED)
        opens = hours.opens_at(queue, work.now)
        return SayClosed(interaction_id=interaction.id, language=interaction.language, opens=opens)
    interaction.state, interaction.joined_at = State.WAITING, _since(work, since)
    routing.enter(work, interaction, customer)
    callbacks.taken_by_call(work, interaction)
    entered = len(work.recorded)
    is_offered = routing.route(work, interaction, is_new=True) is not None
    place, seconds = (1, 0) if is_offered else queue_announcements.prediction(work, interaction)
    interaction.announced_place, interaction.announced_seconds = place, seconds
    work.recorded.insert(
        entered,
        QueueEntered(
            interaction_id=interaction.id,
            customer_id=interaction.customer_id,
            queue_id=queue_id,
            place=place,
            expected_seconds=seconds,
        ),
    )
    limit = callbacks.rule(work, interaction).offered_over
    if limit is not None and seconds is not None and seconds > limit and callbacks.may_ask(interaction):
        return callbacks.ask(work, interaction, expected_seconds=seconds)
    return Wait(interaction_id=interaction.id, language=interaction.language)


def answer_again(work: Work, interaction: Interaction) -> Answer:
    """The answer for the current state, for repeated and late requests."""
    number = company.number(work.session, interaction.our_address)
    if interaction.state == State.MENU and number:
        customer = known.get(work.session, interaction.customer_id) if interaction.customer_id else None
        last = interaction.call.menu_keys[-1] if interaction.call.menu_keys else None
        return _menu(work, interaction, number, customer, again=last is not None, wrong_key=last not in (None, "-"))
    queue = company.queue(work.session, interaction.queue_id) if interaction.queue_id else None
    if interaction.result == Result.CLOSED and queue:
        opens = hours.opens_at(queue, work.now)
        return SayClosed(interaction_id=interaction.id, language=interaction.language, opens=opens)
    if interaction.state == State.WAITING and interaction.transfer_reason == "voicemail":
        return TakeMessage(interaction_id=interaction.id, language=interaction.language)
    if callbacks.is_choosing(interaction):
        return callbacks.ask(work, interaction)
    row = promised.of_call(work.session, interaction.id) if interaction.result == Result.CALLBACK else None
    if row:
        return callbacks.announcement(work, row, interaction_id=interaction.id, language=interaction.language)
    if interaction.state in (State.WAITING, State.OFFERED, State.ACTIVE):
        return Wait(interaction_id=interaction.id, language=interaction.language)
    return HangUp()


def of_sid(work: Work, sid: str) -> Interaction | None:
    return interactions.by_leg(work.session, sid)


def brought_back(work: Work, interaction_id: int) -> Answer:
    """The caller is back after a lost agent leg."""
    interaction = interactions.get(work.session, interaction_id, lock=True)
    if interaction is None:
        return HangUp()
    interaction.call.bring_back_at = None
    return answer_again(work, interaction)


def end(work: Work, interaction: Interaction, *, by: EndedBy) -> None:
    """The customer left. Idempotent: the first report wins. Locked."""
    if interaction.state not in WITH_CUSTOMER:
        return
    before, by = interaction.state, interaction.ended_by or by
    if before == State.ACTIVE and _agent_is_there(work, interaction):
        connected(work, interaction)
        call_lifecycle.served(work, interaction, by=by)
        call_lifecycle.tell(work, interaction, by=by, result=Result.SERVED)
        return
    agent_id = offers.withdraw(work, interaction)
    if agent_id and any(
        leg.agent_id == agent_id and not leg.left_at for leg in leg_rows.of(work.session, interaction.id)
    ):
        # It is alone in a conference that nobody else ends.
        work.record(LegToEnd(interaction_id=interaction.id, agent_id=agent_id))
    result = Result.LEFT_IN_MENU if before == State.MENU else Result.ABANDONED
    call_lifecycle.finish(work, interaction, by=by, result=result)
    if before == State.OFFERED:
        interaction.agent_id = None
    offers.free(work, interaction, agent_id)


def _agent_is_there(work: Work, interaction: Interaction) -> bool:
    if interaction.answered_at is not None:
        return True
    # Admitted counts: reports of joining and leaving come in any order.
    offer = open_offers.open_of(work.session, interaction.id)
    legs = leg_rows.of(work.session, interaction.id)
    customer = leg_rows.of_customer(work.session, interaction.id)
    return offer is not None and any(
        leg.offer_id == offer.id and leg.joined_at and not leg_rows.are_apart(customer, leg) for leg in legs
    )


def connected(work: Work, interaction: Interaction) -> None:
    """Idempotent. Locked."""
    if interaction.answered_at is None:
        call_lifecycle.connect(work, interaction)
