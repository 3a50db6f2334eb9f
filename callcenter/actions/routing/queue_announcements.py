"""Announcements to waiting callers: place and expected wait. Read-only."""

from callcenter.actions.routing import routing
from callcenter.domain import routing as rules
from callcenter.domain.calls import Answer, HangUp, TellPlace
from callcenter.domain.interactions import WITH_CUSTOMER, State
from callcenter.domain.routing import CandidatePool, Waiting
from callcenter.domain.states import Direction
from callcenter.storage.administration import settings_cache
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.routing import forecasts, waits
from callcenter.storage.routing import routing as queries
from callcenter.storage.routing.candidates import head_of
from callcenter.storage.work import Work


def prediction(
    work: Work, interaction: Interaction, waiting: Waiting | None = None, candidates: CandidatePool | None = None
) -> tuple[int, int | None]:
    """(place, expected seconds): 0 where an agent is available, None where no agent serves the queue now."""
    queue = settings_cache.queue(work.session, interaction.queue_id) if interaction.queue_id else None
    if queue is None or interaction.queue_rank is None:
        return 1, None
    waiting = waiting or routing.waiting_of(work, [head_of(interaction)], asked_before=False)[0]
    candidates = candidates or routing.pool_of(work, queries.on_duty(work.session))
    found = forecasts.forecast(work.session, waiting, candidates, now=work.now)
    return found.place, None if found.seconds is None else int(found.seconds)


def tell_place(work: Work, interaction_id: int, *, first: bool) -> Answer:
    """The next announcement. The expected wait is included only while recent predictions were accurate enough."""
    interaction = interactions.get(work.session, interaction_id)
    if interaction is None or interaction.state not in WITH_CUSTOMER:
        return HangUp()
    place: int | None = None
    seconds: int | None = None
    waits = interaction.state == State.WAITING
    queue = settings_cache.queue(work.session, interaction.queue_id) if interaction.queue_id and waits else None
    can_be_called = interaction.direction == Direction.INBOUND and interaction.their_address is not None
    if waits:
        place, seconds = prediction(work, interaction)
        if seconds and not _is_reliable(work, interaction):
            seconds = None
    return TellPlace(
        interaction_id=interaction.id,
        language=interaction.language,
        place=place,
        expected_seconds=seconds,
        first=first,
        star=can_be_called and queue is not None and queue.policy.callbacks.by_key,
        passed_to=queue.name(interaction.language) if queue and first and interaction.transfer_reason else "",
    )


def _is_reliable(work: Work, interaction: Interaction) -> bool:
    pairs = waits.predictions(work.session, queue_id=interaction.queue_id or 0, now=work.now)
    return rules.error_of(pairs).is_tolerable(routing.policy(work).told_within)
