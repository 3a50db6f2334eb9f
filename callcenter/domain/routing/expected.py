"""Place and expected wait, and the error of that forecast."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from callcenter.domain.routing.people import CandidatePool, no_room
from callcenter.domain.routing.questions import not_let_in
from callcenter.domain.routing.waiting import Waiting

FEWEST = 10


def place_of(since: datetime, others: Iterable[datetime]) -> int:
    """1 is next."""
    return 1 + sum(1 for other in others if other < since)


def expected_wait(*, place: int, agents_serving: int, handling_seconds: float) -> timedelta | None:
    """QL estimate (Ibrahim & Whitt 2009): place x mean handling time / agents; None if no agent serves."""
    if agents_serving < 1:
        return None
    return timedelta(seconds=place * handling_seconds / agents_serving)


def serving(waiting: Waiting, candidates: CandidatePool) -> tuple[int, int]:
    """(available, free now) among agents that the first ring admits."""
    available = free = 0
    for agent in candidates:
        # Agents on a break do not count.
        if agent.is_available and not_let_in(waiting.needs, waiting.needs.rings[0], agent.profile) is None:
            available += 1
            has_room = no_room(agent.limits, agent.calls, agent.conversations, waiting.needs.channel) is None
            free += has_room and not agent.is_asked
    return available, free


@dataclass(frozen=True, slots=True)
class Error:
    """In seconds."""

    count: int
    mean_off: float  # mean of |predicted - waited|
    root_mean_square: float
    mean_wait: float

    def is_tolerable(self, within: float) -> bool:
        """True for few figures, or at most `within` of the mean wait, or 15 s."""
        return self.count < FEWEST or self.mean_off <= max(15.0, within * self.mean_wait)


def error_of(pairs: Sequence[tuple[float, float]]) -> Error:
    """From pairs (predicted, waited) in seconds."""
    if not pairs:
        return Error(0, 0.0, 0.0, 0.0)
    count = len(pairs)
    off = [predicted - waited for predicted, waited in pairs]
    return Error(
        count=count,
        mean_off=sum(map(abs, off)) / count,
        root_mean_square=sqrt(sum(one * one for one in off) / count),
        mean_wait=sum(waited for _, waited in pairs) / count,
    )
