"""The timetable: what the clock does again and again, and how often."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from callcenter.actions.empowerment import proposals
from callcenter.actions.surveys import surveys
from callcenter.reports.supervision import wallboard
from callcenter.storage.administration import access
from callcenter.storage.agents import agents
from callcenter.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Periodic:
    """`lock` names it among all clocks, so that only one does it at a time."""

    name: str
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


def _wallboard(wiring: Wiring) -> None:
    """One aggregate a second for all who watch, computed by one clock."""
    with wiring.reading() as session:
        board = wallboard.figures(session, wiring.clock())
    wiring.push.send(["wallboards"], "wallboard", wallboard.payload(board))


TIMETABLE = (
    Periodic("wallboard", every=timedelta(seconds=1), lock=7_000_020, do=_wallboard),
    Periodic("tell again", every=timedelta(seconds=5), lock=7_000_010, do=lambda wiring: wiring.republish()),
    Periodic("tidy", every=timedelta(minutes=10), lock=7_000_011, do=_tidy),
    Periodic("propose", every=timedelta(hours=1), lock=7_000_012, do=_propose),
)
