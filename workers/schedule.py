"""The clock's periodic work and its intervals."""

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
    """`lock` names it among all clocks, so that only one runs it at a time."""

    name: str
    every: timedelta
    lock: int
    do: Callable[[Wiring], object]


def _tidy(wiring: Wiring) -> None:
    with wiring.work() as work:
        access.forget_old(work.session, before=work.now - timedelta(days=2))
        agents.forget_connections(work.session, before=work.now - timedelta(hours=1))
        surveys.expire(work)


def _propose(wiring: Wiring) -> None:
    with wiring.work() as work:
        proposals.refresh(work)


def _wallboard(wiring: Wiring) -> None:
    with wiring.reading() as session:
        # One aggregate for all wallboards, computed by one clock.
        board = wallboard.figures(session, wiring.clock())
    wiring.push.send(["wallboards"], "wallboard", wallboard.payload(board))


TIMETABLE = (
    Periodic("wallboard", every=timedelta(seconds=1), lock=7_000_020, do=_wallboard),
    Periodic("republish", every=timedelta(seconds=5), lock=7_000_010, do=lambda wiring: wiring.republish()),
    Periodic("tidy", every=timedelta(minutes=10), lock=7_000_011, do=_tidy),
    Periodic("propose", every=timedelta(hours=1), lock=7_000_012, do=_propose),
)
