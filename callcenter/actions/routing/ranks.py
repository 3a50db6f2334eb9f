"""Place in the queue: score, aging and rank, on entering and again after a queue's or the company's rules change."""

from collections.abc import Iterable
from datetime import timedelta
from math import isclose

from sqlalchemy.orm import Session

from callcenter.domain.channels import Channel
from callcenter.domain.routing import CompanyPolicy
from callcenter.storage.administration import company, settings_cache
from callcenter.storage.administration.company import Queue
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.routing import candidates as stored
from callcenter.storage.routing import routing as queries
from callcenter.storage.work import Work

CONTACTS_OF_LATE = timedelta(days=7)


def write(interaction: Interaction, ours: CompanyPolicy, queue: Queue | None, known: queries.Known | None) -> None:
    interaction.score = ours.points(
        priority=queue.priority if queue else 0,
        tier=interaction.tier,
        broken_promise=bool(known and known.broken_promise),
        repeats=min(known.contacts, 5) if known else 0,
        channel=interaction.channel,
    )
    interaction.aging = ours.aging_of(interaction.channel) * (queue.policy.aging if queue else 1.0)
    interaction.queue_rank = of(interaction)


def of(interaction: Interaction) -> float:
    """From the stored values."""
    since = (interaction.joined_at or interaction.created_at).timestamp()
    return float(interaction.aging * since - sum(interaction.score.values()))


def known_of(
    work: Work, interaction: Interaction, ours: CompanyPolicy, *, account_id: int | None = None
) -> queries.Known:
    return queries.known(
        work.session,
        customer_id=interaction.customer_id,
        account_id=account_id,
        number=interaction.their_address,
        queue_id=interaction.queue_id,
        interaction_id=interaction.id,
        since=work.now - CONTACTS_OF_LATE,
        redial_since=work.now - timedelta(seconds=ours.redial_seconds),
        now=work.now,
    )


def again(work: Work, *, queue_id: int | None = None) -> None:
    """After a change: everything queued, of one queue or all. What another process holds, the clock ranks again."""
    work.session.flush()
    _rank(work, queries.claim_queued(work.session, queue_id=queue_id))


def again_one(work: Work, interaction_id: int) -> None:
    _rank(work, queries.claim_queued(work.session, interaction_id=interaction_id))


def _rank(work: Work, queued: Iterable[Interaction]) -> None:
    row = company.get(work.session)
    ours = row.routing_policy if row else CompanyPolicy()
    queues = {queue.id: queue for queue in company.every_queue(work.session)}
    for interaction in queued:
        # A callback at the head of the line stays there.
        ahead = None if interaction.queue_rank is None else interaction.queue_rank - of(interaction)
        known = known_of(work, interaction, ours) if interaction.their_address else None
        write(interaction, ours, queues.get(interaction.queue_id or 0), known)
        interaction.queue_rank = None if ahead is None else of(interaction) + ahead


def outdated(session: Session) -> list[int]:
    """Ids of what waits with another aging than that of now: it entered while the rules changed."""
    ours, found = stored.policy(session), list[int]()
    for queue_id, channel, aging, ids in queries.agings(session):
        queue = settings_cache.queue(session, queue_id)
        if queue and not isclose(aging, ours.aging_of(Channel(channel)) * queue.policy.aging):
            found += ids
    return found
