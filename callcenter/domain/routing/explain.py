"""Why an interaction went to its agent or still waits: a verdict on every signed-in agent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from callcenter.domain.routing import questions
from callcenter.domain.routing.people import Candidate, CandidatePool, no_room
from callcenter.domain.routing.questions import Choice
from callcenter.domain.routing.waiting import Waiting

ABLE_KEPT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Able:
    agent_id: int
    idle: int  # seconds
    levels: Mapping[str, int]  # of the requested skills


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`next_ring_in`: seconds until the ring that lets in an agent, or the next one if none will. `again_in`: seconds until
    an agent who declined or missed it is asked again. `ahead`: how many are served before, where it was counted.
    `out` reasons: not_available, leaving (asked for a break), channel (not taken by the queue), skill, language, team, role, named (others are
    named), ring (not open yet), asked_something_else, on_a_call, conversing, conversations_full, full, asked_lately."""

    why: str
    ring: int
    rings: int
    next_ring_in: int | None
    again_in: int | None = None
    ahead: int = 0
    agent_id: int | None
    known_as: str | None
    held_for: int | None
    held_seconds: int
    score: int
    waited: int
    able: tuple[Able, ...]  # agents who could take it, chosen one first
    out: Mapping[str, tuple[int, ...]]  # {reason: excluded agents}

    def data(self) -> dict[str, Any]:
        able = [[one.agent_id, one.idle, dict(one.levels)] for one in self.able]
        values = {
            "why": self.why,
            "ring": self.ring,
            "rings": self.rings,
            "next_ring_in": self.next_ring_in,
            "again_in": self.again_in,
            "ahead": self.ahead,
            "agent": self.agent_id,
            "known": self.known_as,
            "held_for": self.held_for,
            "held": self.held_seconds,
            "score": self.score,
            "waited": self.waited,
            "able": able,
            "out": {reason: list(ids) for reason, ids in self.out.items()},
        }
        return {name: value for name, value in values.items() if value not in (None, [], {}, 0)}


def explanation(data: Mapping[str, Any]) -> Explanation:
    able = tuple(Able(agent_id=row[0], idle=row[1], levels=row[2]) for row in data.get("able", ()))
    return Explanation(
        why=data.get("why", ""),
        ring=data.get("ring", 0),
        rings=data.get("rings", 1),
        next_ring_in=data.get("next_ring_in"),
        again_in=data.get("again_in"),
        ahead=data.get("ahead", 0),
        agent_id=data.get("agent"),
        known_as=data.get("known"),
        held_for=data.get("held_for"),
        held_seconds=data.get("held", 0),
        score=data.get("score", 0),
        waited=data.get("waited", 0),
        able=able,
        out={reason: tuple(ids) for reason, ids in data.get("out", {}).items()},
    )


def explain(waiting: Waiting, candidates: CandidatePool, choice: Choice, now: float) -> Explanation:
    opens = questions.openings(waiting.needs, candidates)
    waited = now - waiting.since
    able: list[Candidate] = []
    out: dict[str, list[int]] = {}
    for agent in candidates:
        reason = None if agent.id == choice.agent_id else verdict(waiting, agent, opens, now)
        if reason is None:
            able.append(agent)
        else:
            out.setdefault(reason, []).append(agent.id)
    able.sort(key=lambda agent: (agent.id != choice.agent_id, agent.idle_since, agent.id))
    held = choice.affinity if choice.why == "held" else None
    return Explanation(
        why=choice.why,
        ring=choice.ring,
        rings=len(opens),
        next_ring_in=_next_ring_in(waiting, [candidates.get(id_) for id_ in out.get("ring", ())], opens, waited),
        again_in=_again_in(waiting, out.get("asked_lately", ()), now, alone=not able),
        agent_id=choice.agent_id,
        known_as=choice.affinity.kind if choice.affinity else None,
        held_for=held.agent_id if held else None,
        held_seconds=max(0, int(held.until - now)) if held else 0,
        score=round(waiting.score(now)),
        waited=max(0, int(waited)),
        able=tuple(_able(waiting, agent, now) for agent in able[:ABLE_KEPT]),
        out={reason: tuple(ids) for reason, ids in out.items()},
    )


def _next_ring_in(
    waiting: Waiting, later: Sequence[Candidate | None], opens: tuple[float, ...], waited: float
) -> int | None:
    admitting = [
        min(opens[index] for index in range(len(opens)) if questions.lets_in(waiting.needs, index, agent))
        for agent in later
        if agent is not None
    ]
    coming = [opening for opening in admitting or opens if opening > waited]
    return int(min(coming) - waited) if coming else None


def _again_in(waiting: Waiting, agents: Iterable[int], now: float, *, alone: bool) -> int | None:
    asked = [waiting.asked[id_] for id_ in agents]
    times = [min(one.until, one.at + questions.ASKED_ALONE) if alone else one.until for one in asked]
    return max(1, round(min(times) - now)) if times else None


def _able(waiting: Waiting, agent: Candidate, now: float) -> Able:
    asked = {skill for skill, _ in (*waiting.needs.rings[0].skills, *waiting.needs.prefers)}
    levels = {skill: level for skill, level in agent.profile.skills.items() if skill in asked}
    return Able(agent_id=agent.id, idle=max(0, int(now - agent.idle_since)), levels=levels)


def verdict(waiting: Waiting, agent: Candidate, opens: tuple[float, ...], now: float) -> str | None:
    """The first reason why the agent may not take it now."""
    if not agent.is_available:
        return "leaving" if agent.is_leaving else "not_available"
    if questions.ring_of(waiting.needs, agent, opens, now - waiting.since) is None:
        return _outside(waiting, agent, opens)
    if agent.is_asked:
        return "asked_something_else"
    full = no_room(agent.limits, agent.calls, agent.conversations, waiting.needs.channel)
    if full is not None:
        return full
    asked = waiting.asked.get(agent.id)
    return "asked_lately" if asked is not None and now < asked.until else None


def _outside(waiting: Waiting, agent: Candidate, opens: tuple[float, ...]) -> str:
    if questions.ring_of(waiting.needs, agent, opens, questions.NEVER) is not None:
        return "ring"
    reasons = [questions.not_let_in(waiting.needs, ring, agent.profile) for ring in waiting.needs.rings]
    # A wider ring may ask for less, but each wants the language that is missing.
    if "language" in reasons:
        return "language"
    return next((reason for reason in reasons if reason is not None), "named")
