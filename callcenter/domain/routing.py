"""Two questions, asked at every event: who should take this? what should she take next?

In their simplest honest form: required skill and language, capacity, longest idle agent, longest waiting customer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from callcenter.domain.interactions import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One waiting interaction. `avoid`: agents it was offered to lately, who are asked again only after a pause."""

    id: int
    channel: Channel
    queue_id: int
    language: str
    since: datetime
    skill: str | None = None
    level: int = 1
    avoid: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One signed-in agent. `is_asked`: holds an offer already, and is asked one thing at a time.

    `calls` and `conversations` count what is offered, active or being wrapped up.
    """

    id: int
    name: str
    available: bool
    languages: frozenset[str]
    skills: dict[str, int]
    idle_since: datetime
    is_asked: bool = False
    calls: int = 0
    conversations: int = 0
    max_conversations: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Why one agent was or was not chosen; `reason` is a code that pages turn into a sentence."""

    agent_id: int
    name: str
    reason: str
    idle_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    agent_id: int | None
    verdicts: tuple[Verdict, ...]


def who_should_take(interaction: Waiting, agents: Iterable[Candidate], now: datetime) -> Choice:
    """The longest idle agent who may take this, and why each other one was passed over."""
    judged = [(agent, excluded(agent, interaction)) for agent in agents]
    able = [agent for agent, reason in judged if reason is None]
    fresh = [agent for agent in able if agent.id not in interaction.avoid]
    chosen = min(fresh, key=_order, default=None)
    verdicts = tuple(
        Verdict(
            agent_id=agent.id,
            name=agent.name,
            reason=reason or _place(agent, chosen, interaction),
            idle_seconds=max(0, int((now - agent.idle_since).total_seconds())),
        )
        for agent, reason in judged
    )
    return Choice(agent_id=chosen.id if chosen else None, verdicts=verdicts)


def in_order(interaction: Waiting, agents: Iterable[Candidate]) -> list[int]:
    """All who may take this, the best first."""
    able = [agent for agent in agents if excluded(agent, interaction) is None and agent.id not in interaction.avoid]
    return [agent.id for agent in sorted(able, key=_order)]


def _order(agent: Candidate) -> tuple[int, datetime, int]:
    """Idle before half busy, then the longest idle."""
    return agent.conversations, agent.idle_since, agent.id


def excluded(agent: Candidate, interaction: Waiting) -> str | None:
    """The first reason why this agent may not take this interaction, or None."""
    if not agent.available:
        return "not_available"
    if agent.skills.get(interaction.skill, 0) < interaction.level if interaction.skill else False:
        return "skill"
    if interaction.language not in agent.languages:
        return "language"
    if agent.is_asked:
        return "asked_something_else"
    if agent.calls:
        return "on_a_call"
    if interaction.channel != Channel.VOICE and agent.conversations >= agent.max_conversations:
        return "conversations_full"
    return None


def _place(agent: Candidate, chosen: Candidate | None, interaction: Waiting) -> str:
    if chosen and agent.id == chosen.id:
        return "longest_idle"
    return "asked_lately" if agent.id in interaction.avoid else "idle_for_less"


def what_next(agent: Candidate, waiting: Iterable[Waiting]) -> int | None:
    """The interaction that has waited longest among those that this agent may take; calls before conversations."""
    takeable = [w for w in waiting if excluded(agent, w) is None and agent.id not in w.avoid]
    best = min(takeable, key=lambda w: (w.channel != Channel.VOICE, w.since, w.id), default=None)
    return best.id if best else None


def place_of(since: datetime, others: Iterable[datetime]) -> int:
    """Place in the queue, 1 for the next."""
    return 1 + sum(1 for other in others if other < since)


def expected_wait(*, place: int, agents_serving: int, handling_seconds: float) -> timedelta | None:
    """QL estimate (Ibrahim & Whitt 2009): place x mean handling time / agents; None where nobody serves."""
    if agents_serving < 1:
        return None
    return timedelta(seconds=place * handling_seconds / agents_serving)
