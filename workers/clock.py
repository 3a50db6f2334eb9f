"""`python -m workers.clock`: processes due work and the timetable. Several may run at a time."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from callcenter import due, observe, settings
from callcenter.storage import failures
from callcenter.storage.calls import calls as call_rows
from callcenter.wiring import Process, Wiring
from workers.schedule import TIMETABLE, Periodic

log = structlog.get_logger()
LONGEST_SLEEP = 1.0  # seconds; anything written meanwhile is due later


class Clock:
    """`tick` does everything due now; tests may call it."""

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring
        self.stopping = threading.Event()
        self._done_at: dict[object, datetime] = {}
        self._is_begun = False
        self._was_away = False

    def run(self) -> None:
        """Waits while the database is away."""
        while not self.stopping.is_set():
            try:
                self._another_chance()
                self._after_an_outage()
                self.tick()
                sleep = self._until_next()
            except SQLAlchemyError as error:  # also raised if no connection was free in time
                log.warning("database_away", error=type(error).__name__)
                self._was_away = True
                sleep = LONGEST_SLEEP
            self.stopping.wait(sleep)

    def _another_chance(self) -> None:
        # Work given up before this start may succeed with this version. What calls did meanwhile, the provider knows.
        if not self._is_begun:
            with self.wiring.work() as work:
                failures.try_again(work.session, now=work.now)
                call_rows.reconcile_all(work.session, now=work.now)
            self._is_begun = True

    def _after_an_outage(self) -> None:
        # Reports of calls that met the outage got a 503, and the provider does not repeat them.
        if self._was_away:
            with self.wiring.work() as work:
                call_rows.reconcile_all(work.session, now=work.now)
            self._was_away = False

    def stop(self, *_: object) -> None:
        self.stopping.set()

    def tick(self) -> None:
        """Raises DBAPIError if the database is away; other errors are recorded."""
        through = due.Round(self.wiring)
        through.forget_solved()
        for one in due.register.DUE:
            self._every(one.every, one.kind, partial(through.do, one))
        for entry in TIMETABLE:
            self._every(entry.every, entry, partial(self._periodic, entry))

    def _periodic(self, entry: Periodic) -> None:
        with due.isolated(self.wiring, entry.name):
            self._alone(entry.lock, lambda: entry.do(self.wiring))

    def _every(self, period: timedelta, name: object, do: Callable[[], object]) -> None:
        now = self.wiring.clock()
        if now - self._done_at.get(name, datetime.min.replace(tzinfo=now.tzinfo)) >= period:
            self._done_at[name] = now
            do()

    def _alone(self, lock: int, do: Callable[[], object]) -> None:
        """Skips if another clock runs the same."""
        with _try_lock(self.wiring, lock) as won:
            if won:
                do()

    def _until_next(self) -> float:
        now = self.wiring.clock()
        with self.wiring.reading() as session:
            moment = due.next_moment(session, now)
        wait = (moment - now).total_seconds() if moment else LONGEST_SLEEP
        return min(LONGEST_SLEEP, max(0.05, wait))


@contextmanager
def _try_lock(wiring: Wiring, lock: int) -> Iterator[bool]:
    with wiring.database.begin() as session:
        yield bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": lock}))


def main() -> None:
    ours = settings.load()
    observe.configure(ours.log_format)
    clock = Clock(Wiring(ours, process=Process.CLOCK))
    signal.signal(signal.SIGTERM, clock.stop)
    signal.signal(signal.SIGINT, clock.stop)
    clock.run()


if __name__ == "__main__":
    main()
