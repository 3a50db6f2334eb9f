"""The timetable: what the clock does again and again, and how often."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from callcenter.actions import proposals, surveys
from callcenter.storage import access, agents
from callcenter.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Periodic:
    """`lock` names it among all clocks, so that only one does it at a time."""

    every: timedelta
    lock: int
    do: Callable[[Wiring], object]


def _tidy(wiring: Wiring) -> None:
    """Receipts that nobody can repeat any more, tries at signing in, connections long gone, questions without answer."""
    with wiring.work() as work:
        access.forget_old(work.session, before=work.now - timedelta(days=2))
        agents.forget_connections(work.session, before=work.now - timedelta(hours=1))
        surveys.expire(work)


def _propose(wiring: Wiring) -> None:
    """Where people keep asking and always hear yes, or no; where they never give."""
    with wiring.work() as work:
        proposals.refresh(work)


TIMETABLE = (
    Periodic(every=timedelta(seconds=5), lock=7_000_010, do=lambda wiring: wiring.tell_again()),
    Periodic(every=timedelta(minutes=10), lock=7_000_011, do=_tidy),
    Periodic(every=timedelta(hours=1), lock=7_000_012, do=_propose),
)
