"""Replays a rule book over recorded cases."""

from time import monotonic

from callcenter.actions.empowerment import replays
from callcenter.domain.empowerment.replaying import Again, Replay
from callcenter.storage.empowerment import cases
from callcenter.wiring import Wiring
from workers.job import job

REPORT_EVERY = 1.0
LOOK_EACH = 500


@job
def replay(wiring: Wiring, *, replay_id: int) -> None:
    """Does nothing unless due. If this process ends, the clock starts it again."""
    with wiring.work() as work:
        begun = replays.begin(work, replay_id)
    if begun is None:
        return
    row, book, attempt = begun
    period = {"since": row.since, "until": row.until}
    changed: list[Again] = []

    def report(done: int, to_do: int) -> None:
        with wiring.work() as work:
            replays.go_on(work, replay_id, attempt=attempt, done=done, to_do=to_do, cases=changed)
        changed.clear()

    try:
        with wiring.reading() as session:
            to_do = cases.count(session, **period)
            made = Replay(book, since=row.since, budgets=cases.budgets_of(session, **period))
            report(0, to_do)
            reported_at = monotonic()
            for done, past in enumerate(cases.stream(session, **period), start=1):
                again = made.again(past)
                if again.is_changed:
                    changed.append(again)
                if done % LOOK_EACH == 0 and monotonic() - reported_at > REPORT_EVERY:
                    report(done, to_do)
                    reported_at = monotonic()
        report(to_do, to_do)
        with wiring.work() as work:
            replays.finish(work, replay_id, attempt=attempt, result=made.result())
    except replays.ReplaySuperseded:
        return
