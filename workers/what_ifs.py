"""Plays what-if scenarios."""

from time import monotonic

from callcenter.actions.supervision import what_ifs
from callcenter.domain.errors import DomainError
from callcenter.domain.what_ifs import TooLittleKnown
from callcenter.reports.supervision import past_days
from callcenter.simulation import what_if_figures
from callcenter.wiring import Wiring
from workers.job import job

REPORT_EVERY = 0.5


@job
def play(wiring: Wiring, *, what_if_id: int) -> None:
    """Does nothing unless due. If this process ends, the clock starts it again."""
    with wiring.work() as work:
        begun = what_ifs.begin(work, what_if_id)
    if begun is None:
        return
    scenario, attempt = begun

    reported_at = 0.0

    def progress(played: int, to_play: int) -> None:
        nonlocal reported_at
        if monotonic() - reported_at < REPORT_EVERY and played < to_play:
            return
        reported_at = monotonic()
        with wiring.work() as work:
            what_ifs.go_on(work, what_if_id, attempt=attempt, played=played, to_play=to_play)

    try:
        with wiring.reading() as session:
            past = past_days.past(session, scenario, now=wiring.clock())
        result = what_if_figures.play(past, scenario, past_days.as_they_were(past), progress=progress)
    except TooLittleKnown as error:
        with wiring.work() as work:
            what_ifs.fail(work, what_if_id, attempt=attempt, reason=error.reason)
    except DomainError as error:
        with wiring.work() as work:
            what_ifs.fail(work, what_if_id, attempt=attempt, reason=error.code)
    except what_ifs.WhatIfSuperseded:
        return
    else:
        with wiring.work() as work:
            what_ifs.finish(work, what_if_id, attempt=attempt, result=result)
