"""The two routing questions. Pure: live service and simulation call the same functions."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import inf

from callcenter.domain.routing import preference
from callcenter.domain.routing.people import Candidate, CandidatePool, Profile, no_room
from callcenter.domain.routing.waiting import Affinity, Lines, Needs, Ring, Skills, Waiting

ASKED_ALONE = 5.0
NEVER = inf
ROUNDING = 1e-3  # seconds; the precision lost in a rank, a product of POSIX seconds


@dataclass(frozen=True, slots=True)
class Choice:
    agent_id: int | None
    why: str  # relationship, better_match, longest_idle, others_spared; without an agent held, nobody
    ring: int = 0  # from 0
    affinity: Affinity | None = None  # held for this one


def who_should_take(waiting: Waiting, candidates: CandidatePool, now: float) -> Choice:
    """The agent who knows the customer, else the best match of the innermost open ring."""
    opens = openings(waiting.needs, candidates)
    known = _known(waiting, candidates, opens, now)
    if known is not None:
        return known
    return _best(waiting, candidates, opens, now, alone=False) or _alone(waiting, candidates, opens, now)


def _known(waiting: Waiting, candidates: CandidatePool, opens: tuple[float, ...], now: float) -> Choice | None:
    """The first known agent who can take it, or for whom it is held."""
    for affinity in waiting.affinities:
        agent = candidates.get(affinity.agent_id)
        if agent is None or not agent.is_available or _pausing(waiting, agent.id, now):
            continue
        ring = ring_of(waiting.needs, agent, opens, NEVER)
        if ring is None:
            continue
        if not agent.is_asked and _room(agent, waiting.needs) is None:
            return Choice(agent.id, "relationship", ring, affinity)
        if now < affinity.until and (agent.soon is None or agent.soon <= affinity.until):
            return Choice(None, "held", ring, affinity)
    return None


def _room(agent: Candidate, needs: Needs) -> str | None:
    return no_room(agent.limits, agent.calls, agent.conversations, needs.channel)


def _best(
    waiting: Waiting, candidates: CandidatePool, opens: tuple[float, ...], now: float, *, alone: bool
) -> Choice | None:
    needs, waited = waiting.needs, now - waiting.since
    best: tuple[int, int, int] | None = None
    equals: list[preference.Equal] = []
    has_names = _has_names(needs)
    for (profile, limits, calls, conversations), pool in candidates.pools():
        if no_room(limits, calls, conversations, needs.channel) is not None:
            continue
        ring = _ring(needs, profile, opens, waited)
        if ring is None and not has_names:
            continue
        for agent in pool:
            if _pausing(waiting, agent.id, now, alone=alone):
                continue
            own = ring_of(needs, agent, opens, waited) if has_names else ring
            if own is None:
                continue
            rank = (own, -preference.match(needs, profile), preference.blend(needs, limits, conversations))
            if best is None or rank < best:
                best, equals = rank, []
            if rank == best:
                equals.append((agent.idle_since, agent.id, profile))
            if not has_names:
                break
    if best is None:
        return None
    agent_id, why = preference.among(equals, needs, candidates)
    return Choice(agent_id, "better_match" if why == "longest_idle" and best[1] < 0 else why, best[0])


def _alone(waiting: Waiting, candidates: CandidatePool, opens: tuple[float, ...], now: float) -> Choice:
    if waiting.asked and is_alone(waiting, candidates, opens, now):
        # No other agent could take it: ask a recently asked agent again.
        again = _best(waiting, candidates, opens, now, alone=True)
        if again is not None:
            return again
    return Choice(None, "nobody")


def is_alone(waiting: Waiting, candidates: CandidatePool, opens: tuple[float, ...], now: float) -> bool:
    """Whether every free agent in an open ring was asked recently: those at work do not help who waits now."""
    waited = now - waiting.since
    return not any(
        agent.is_available
        and not agent.is_asked
        and agent.id not in waiting.asked
        and _room(agent, waiting.needs) is None
        and ring_of(waiting.needs, agent, opens, waited) is not None
        for agent in candidates
    )


def _pausing(waiting: Waiting, agent_id: int, now: float, *, alone: bool = False) -> bool:
    asked = waiting.asked.get(agent_id)
    if asked is None:
        return False
    return now < (min(asked.until, asked.at + ASKED_ALONE) if alone else asked.until)


def what_next(agent: Candidate, lines: Lines, candidates: CandidatePool, now: float) -> Waiting | None:
    """The interaction held for this agent, else the highest score."""
    if not agent.is_available or agent.is_asked:
        return None
    mine = _waits_for(agent, lines, candidates, now)
    if mine is not None:
        return mine
    best: Waiting | None = None
    for line in lines:
        if _room(agent, line.needs) is not None:
            continue
        opens = openings(line.needs, candidates)
        first = _first_open(line.needs, agent, opens)
        if first is None:
            continue
        found = _first_for(agent, line, candidates, opens, now, first=first)
        if found is not None and (best is None or _ahead(found, best, now)):
            best = found
    return best


def _ahead(one: Waiting, other: Waiting, now: float) -> bool:
    return (-one.score(now), one.since, one.id) < (-other.score(now), other.since, other.id)


def _waits_for(agent: Candidate, lines: Lines, candidates: CandidatePool, now: float) -> Waiting | None:
    held = [
        waiting
        for waiting in lines.known_by(agent.id)
        if any(affinity.agent_id == agent.id and now < affinity.until for affinity in waiting.affinities)
        and _room(agent, waiting.needs) is None
        and not _pausing(waiting, agent.id, now)
        and ring_of(waiting.needs, agent, openings(waiting.needs, candidates), NEVER) is not None
    ]
    return min(held, key=lambda waiting: (-waiting.score(now), waiting.id), default=None)


def _first_for(
    agent: Candidate,
    line: Iterable[Waiting],
    candidates: CandidatePool,
    opens: tuple[float, ...],
    now: float,
    *,
    first: float,
) -> Waiting | None:
    for waiting in line:
        # From this rank on, none has waited `first` seconds.
        if now - waiting.rank / waiting.aging < first - ROUNDING:
            return None
        if now - waiting.since < first:
            continue
        if _is_held(waiting, candidates, opens, now, by_other_than=agent.id):
            continue
        if _pausing(waiting, agent.id, now) and not (
            not _pausing(waiting, agent.id, now, alone=True) and is_alone(waiting, candidates, opens, now)
        ):
            continue
        return waiting
    return None


def _is_held(
    waiting: Waiting, candidates: CandidatePool, opens: tuple[float, ...], now: float, *, by_other_than: int
) -> bool:
    if not any(now < affinity.until and affinity.agent_id != by_other_than for affinity in waiting.affinities):
        return False
    known = _known(waiting, candidates, opens, now)
    return known is not None and known.affinity is not None and known.affinity.agent_id != by_other_than


def _first_open(needs: Needs, agent: Candidate, opens: tuple[float, ...]) -> float | None:
    """Seconds until a ring that admits the agent opens."""
    ring = ring_of(needs, agent, opens, NEVER)
    if ring is None:
        return None
    fitting = [opens[index] for index in range(len(opens)) if lets_in(needs, index, agent)]
    return min(fitting)


def openings(needs: Needs, candidates: CandidatePool) -> tuple[float, ...]:
    """Seconds until each ring opens."""
    if len(needs.rings) == 1:
        return (0.0,)
    kept = candidates.openings.get(needs)
    if kept is None:
        kept = candidates.openings[needs] = _openings(needs, candidates)
    return kept


def _openings(needs: Needs, candidates: CandidatePool) -> tuple[float, ...]:
    opens = [0.0]
    for index in range(1, len(needs.rings)):
        before = needs.rings[index - 1]
        is_empty = before.skip and not _somebody(needs, before, candidates)
        # The next ring takes the time of an empty ring that may be skipped.
        opens.append(opens[-1] if is_empty else max(opens[-1], needs.rings[index].after))
    return tuple(opens)


def _somebody(needs: Needs, ring: Ring, candidates: CandidatePool) -> bool:
    if ring.agents:
        return any(candidates.get(agent_id) is not None for agent_id in ring.agents)
    return any(_fits(needs, ring, profile) for profile in candidates.profiles())


def ring_of(needs: Needs, agent: Candidate, opens: tuple[float, ...], waited: float) -> int | None:
    """The innermost ring that admits the agent."""
    for index, opening in enumerate(opens):
        if opening <= waited and lets_in(needs, index, agent):
            return index
    return None


def lets_in(needs: Needs, index: int, agent: Candidate) -> bool:
    # `rings_fitting` is looked up by two identities, `not_let_in` by all values of a ring: a third of the time.
    if index not in rings_fitting(needs, agent.profile):
        return False
    named = needs.rings[index].agents
    return not named or agent.id in named


def _ring(needs: Needs, profile: Profile, opens: tuple[float, ...], waited: float) -> int | None:
    for index in rings_fitting(needs, profile):
        if opens[index] <= waited:
            return index
    return None


@lru_cache(maxsize=200_000)
def rings_fitting(needs: Needs, profile: Profile) -> tuple[int, ...]:
    """Ignores named agents."""
    return tuple(index for index, ring in enumerate(needs.rings) if _fits(needs, ring, profile))


def _has_names(needs: Needs) -> bool:
    return any(ring.agents for ring in needs.rings)


def _fits(needs: Needs, ring: Ring, profile: Profile) -> bool:
    return not_let_in(needs, ring, profile) is None


@lru_cache(maxsize=200_000)
def not_let_in(needs: Needs, ring: Ring, profile: Profile) -> str | None:
    """The first unmet condition: channel (not taken by the queue), skill, language, team, role."""
    if not needs.is_served:
        return "channel"
    if not _has(profile, ring.skills):
        return "skill"
    if needs.language is not None and not ring.any_language and needs.language not in profile.languages:
        return "language"
    if ring.teams and profile.team not in ring.teams:
        return "team"
    if ring.roles and profile.role not in ring.roles:
        return "role"
    return None


def _has(profile: Profile, skills: Skills) -> bool:
    return all(profile.skills.get(skill, 0) >= level for skill, level in skills)
