"""Agents as routing sees them, and the pool of signed-in agents."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sortedcontainers import SortedKeyList

from callcenter.domain.channels import Channel


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Made by `profile()` only, so that equal profiles are one object."""

    skills: Mapping[str, int]
    languages: frozenset[str]
    team: int | None
    role: str
    can: tuple[str, ...]  # skills and languages


@lru_cache(maxsize=10_000)
def _profile(skills: frozenset[tuple[str, int]], languages: frozenset[str], team: int | None, role: str) -> Profile:
    return Profile(dict(skills), languages, team, role, (*(skill for skill, _ in skills), *languages))


def profile(
    skills: Mapping[str, int], languages: Iterable[str], *, team: int | None = None, role: str = "agent"
) -> Profile:
    return _profile(frozenset(skills.items()), frozenset(languages), team, role)


@dataclass(frozen=True, slots=True)
class Limits:
    calls: int = 1
    conversations: int = 3
    total: int = 4  # calls and conversations
    calls_over: int = 3  # most conversations at which a call may come
    both: bool = False  # conversations during a call


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Times are seconds on the caller's clock."""

    id: int
    profile: Profile
    limits: Limits = Limits()
    is_available: bool = True
    is_leaving: bool = False  # not available any more: asked for a break after what is in hand
    is_asked: bool = False  # has an open offer
    calls: int = 0  # active or in wrap-up
    conversations: int = 0  # active or in wrap-up
    idle_since: float = 0.0
    soon: float | None = None  # when the work should end


Load = tuple[Profile, Limits, int, int]
Work = tuple[Profile, Limits, int, int, bool, int]  # is asked; the agent's id where agents are told apart, else 0


def no_room(limits: Limits, calls: int, conversations: int, channel: Channel) -> str | None:
    """Why no more of this channel fits, or None."""
    if channel.is_voice:
        if calls >= limits.calls:
            return "on_a_call"
        if conversations > limits.calls_over:
            return "conversing"
    else:
        if calls and not limits.both:
            return "on_a_call"
        if conversations >= limits.conversations:
            return "conversations_full"
    return "full" if calls + conversations >= limits.total else None


def _turn(agent: Candidate) -> tuple[float, int]:
    return agent.idle_since, agent.id


def _work(agent: Candidate) -> Work:
    return agent.profile, agent.limits, agent.calls, agent.conversations, agent.is_asked, 0


class CandidatePool:
    """Agents who can get an offer, by equal skills and load, longest idle first."""

    def __init__(self, agents: Iterable[Candidate] = ()) -> None:
        self._all: dict[int, Candidate] = {}
        self._pools: dict[Load, SortedKeyList[Candidate, tuple[float, int]]] = {}
        self._profiles: Counter[Profile] = Counter()
        self._at_work: Counter[Work] = Counter()
        self._signed_in_for: Counter[str] = Counter()
        self.openings: dict[object, tuple[float, ...]] = {}  # `questions.openings` for the agents signed in now
        for agent in agents:
            self.put(agent)

    def get(self, agent_id: int) -> Candidate | None:
        return self._all.get(agent_id)

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self._all.values())

    def __len__(self) -> int:
        return len(self._all)

    def put(self, agent: Candidate) -> None:
        before = self._all.get(agent.id)
        if before is not None:
            self._leave_pool(before)
        if agent.is_available:
            self._at_work[_work(agent)] += 1
        if before is None or before.profile is not agent.profile:
            self._count(before, agent)
        self._all[agent.id] = agent
        if agent.is_available and not agent.is_asked:
            load = (agent.profile, agent.limits, agent.calls, agent.conversations)
            pool = self._pools.get(load)
            if pool is None:
                pool = self._pools[load] = SortedKeyList(key=_turn)
            pool.add(agent)

    def remove(self, agent_id: int) -> None:
        agent = self._all.pop(agent_id, None)
        if agent is not None:
            self._leave_pool(agent)
            self._count(agent, None)

    def pools(self) -> Iterator[tuple[Load, Iterable[Candidate]]]:
        return iter(self._pools.items())

    def at_work(self, *, apart: frozenset[int] = frozenset()) -> Iterable[tuple[Work, int]]:
        """Available agents, busy or not, counted by what they can do and have in hand; those `apart` one by one."""
        if not apart:
            return self._at_work.items()
        counted = Counter(
            (*_work(agent)[:5], agent.id if agent.id in apart else 0) for agent in self if agent.is_available
        )
        return counted.items()

    def profiles(self) -> Iterable[Profile]:
        return self._profiles

    def signed_in_for(self) -> Mapping[str, int]:
        """{skill or language: signed-in agents}."""
        if not self._signed_in_for:
            for profile, count in self._profiles.items():
                for skill in profile.can:
                    self._signed_in_for[skill] += count
        return self._signed_in_for

    def free_for(self, channel: Channel) -> Mapping[str, int]:
        """{skill or language: agents with room for one more}."""
        free: dict[str, int] = {}
        for (profile, limits, calls, conversations), pool in self._pools.items():
            if no_room(limits, calls, conversations, channel) is None:
                for skill in profile.can:
                    free[skill] = free.get(skill, 0) + len(pool)
        return free

    def _count(self, before: Candidate | None, after: Candidate | None) -> None:
        if before is not None:
            self._profiles[before.profile] -= 1
            if not self._profiles[before.profile]:
                del self._profiles[before.profile]
        if after is not None:
            self._profiles[after.profile] += 1
        self.openings.clear()
        self._signed_in_for.clear()

    def _leave_pool(self, agent: Candidate) -> None:
        if not agent.is_available:
            return
        work = _work(agent)
        self._at_work[work] -= 1
        if not self._at_work[work]:
            del self._at_work[work]
        if agent.is_asked:
            return
        load = (agent.profile, agent.limits, agent.calls, agent.conversations)
        pool = self._pools[load]
        pool.remove(agent)
        if not pool:
            del self._pools[load]
