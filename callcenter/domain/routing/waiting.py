"""Waiting interactions: needs, score, and lines of equal needs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sortedcontainers import SortedKeyList

from callcenter.domain.channels import Channel

Skills = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Ring:
    """An empty condition admits every agent."""

    after: float = 0.0  # seconds of waiting
    skills: Skills = ()  # replace the queue's
    any_language: bool = False
    teams: frozenset[int] = frozenset()
    roles: frozenset[str] = frozenset()
    agents: frozenset[int] = frozenset()
    tiers: frozenset[str] = frozenset()  # only for these customers
    skip: bool = False  # without a signed-in agent, the next ring opens in its place


@dataclass(frozen=True, slots=True, eq=False)
class Needs:
    """Made by `needs()` only, so that equal needs are one object."""

    queue_id: int
    channel: Channel
    language: str | None
    rings: tuple[Ring, ...]
    prefers: Skills = ()  # most wanted first
    spread: bool = False  # conversations go to the agent with the fewest, else to agents who stay free for calls
    is_served: bool = True  # if the queue does not take the channel, no agent gets an offer


@lru_cache(maxsize=50_000)
def _needs(
    queue_id: int,
    channel: Channel,
    language: str | None,
    rings: tuple[Ring, ...],
    prefers: Skills,
    spread: bool,
    is_served: bool,
) -> Needs:
    return Needs(queue_id, channel, language, rings, prefers, spread, is_served)


def needs(
    *,
    queue_id: int,
    channel: Channel,
    language: str | None,
    rings: tuple[Ring, ...],
    prefers: Skills = (),
    tier: str = "",
    spread: bool = False,
    is_served: bool = True,
) -> Needs:
    """Drops rings of other tiers."""
    own = tuple(ring for ring in rings if not ring.tiers or tier in ring.tiers)
    return _needs(queue_id, channel, language, own or (Ring(),), prefers, spread, is_served)


@dataclass(frozen=True, slots=True)
class Affinity:
    """An agent who knows the customer."""

    agent_id: int
    kind: str  # ticket, last or account
    until: float = 0.0  # held for the agent


@dataclass(frozen=True, slots=True)
class Asked:
    at: float
    until: float  # not asked again before, unless no other agent is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The score is `points` + `aging` per second since `since`."""

    id: int
    needs: Needs
    since: float
    points: float = 0.0
    aging: float = 1.0
    affinities: tuple[Affinity, ...] = ()
    asked: Mapping[int, Asked] = field(default_factory=dict)

    def score(self, now: float) -> float:
        return self.points + self.aging * (now - self.since)

    @property
    def rank(self) -> float:
        """Orders interactions of equal aging by score at any time."""
        return self.aging * self.since - self.points


def _place(waiting: Waiting) -> tuple[float, int]:
    return waiting.rank, waiting.id


class Line(Iterable[Waiting]):
    """Equal needs and aging, highest score first at any time."""

    def __init__(self, needs: Needs, aging: float) -> None:
        self.needs, self.aging = needs, aging
        self._all: SortedKeyList[Waiting, tuple[float, int]] = SortedKeyList(key=_place)

    def __iter__(self) -> Iterator[Waiting]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def add(self, waiting: Waiting) -> None:
        self._all.add(waiting)

    def remove(self, waiting: Waiting) -> None:
        self._all.remove(waiting)

    def ahead_of(self, waiting: Waiting) -> Iterator[Waiting]:
        """Those of equal aging that score more, or as much and came before."""
        return iter(self._all.irange_key(None, _place(waiting), inclusive=(True, False)))


class Lines:
    """Add, remove and first of each line are O(log n)."""

    def __init__(self, waiting: Iterable[Waiting] = ()) -> None:
        self._lines: dict[tuple[Needs, float], Line] = {}
        self._all: dict[int, Waiting] = {}
        self._affinities: dict[int, dict[int, Waiting]] = {}
        for one in waiting:
            self.add(one)

    def __iter__(self) -> Iterator[Line]:
        return iter(self._lines.values())

    def __len__(self) -> int:
        return len(self._all)

    def get(self, interaction_id: int) -> Waiting | None:
        return self._all.get(interaction_id)

    def add(self, waiting: Waiting) -> None:
        key = (waiting.needs, waiting.aging)
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = Line(*key)
        line.add(waiting)
        self._all[waiting.id] = waiting
        for affinity in waiting.affinities:
            self._affinities.setdefault(affinity.agent_id, {})[waiting.id] = waiting

    def remove(self, interaction_id: int) -> Waiting | None:
        waiting = self._all.pop(interaction_id, None)
        if waiting is None:
            return None
        key = (waiting.needs, waiting.aging)
        self._lines[key].remove(waiting)
        if not len(self._lines[key]):
            del self._lines[key]
        for affinity in waiting.affinities:
            self._affinities[affinity.agent_id].pop(waiting.id, None)
            if not self._affinities[affinity.agent_id]:
                del self._affinities[affinity.agent_id]
        return waiting

    def known_by(self, agent_id: int) -> Iterable[Waiting]:
        return tuple(self._affinities.get(agent_id, {}).values())

    def line_of(self, waiting: Waiting) -> Line:
        return self._lines[waiting.needs, waiting.aging]
