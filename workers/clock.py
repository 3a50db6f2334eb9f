"""python -m workers.clock: finds what is due in PostgreSQL and does it, or nudges a worker. Several may run side by side.

It sleeps until the next due time, a second at most: what is written meanwhile is due later than that.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from callcenter import errands, observe, settings
from callcenter.actions import agents, approval_turns, calling_back, offers, overflow, routing, wrap_ups
from callcenter.background import Job
from callcenter.domain.agents import Status
from callcenter.domain.errors import DomainError
from callcenter.reports import wallboard
from callcenter.storage import callbacks, company, crowd, interactions, messages, surveys, waits, what_ifs
from callcenter.storage import clock as due
from callcenter.storage import offers as offer_rows
from callcenter.storage import routing as looks
from callcenter.storage.empowerment import approvals as questions
from callcenter.storage.empowerment import grants, replays
from callcenter.wiring import Process, Wiring
from workers.schedule import TIMETABLE, Periodic

log = structlog.get_logger()
LONGEST_SLEEP = 1.0
WALLBOARD_LOCK = 7_000_020
REROUTE_EVERY = timedelta(seconds=1)
REROUTED_A_LINE = 500


class Clock:
    """One loop. `tick` does everything that is due at this moment and may be called by tests."""

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring
        self.stopping = threading.Event()
        self._done_at: dict[object, datetime] = {}

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                self.tick()
                sleep = self._until_next()
            except DBAPIError as error:
                log.warning("database_away", error=type(error).__name__)
                sleep = LONGEST_SLEEP
            except DomainError as error:
                log.error("tick_refused", code=error.code)
                sleep = LONGEST_SLEEP
            self.stopping.wait(sleep)

    def stop(self, *_: object) -> None:
        self.stopping.set()

    def tick(self) -> None:
        for step in (
            self._expire_offers,
            self._lines_that_did_not_come_up,
            self._finish_wrap_ups,
            self._due_callbacks,
            self._questions_that_ran_out,
            self._nudge_workers,
            self._lose_agents,
            self._ask_about_quiet_calls,
        ):
            step()
        self._every(REROUTE_EVERY, "reroute", self._reroute)
        self._every(timedelta(seconds=1), "overflow", self._overflow)
        self._every(timedelta(seconds=1), "wallboard", self._wallboard)
        for entry in TIMETABLE:
            self._every(entry.every, entry, partial(self._periodic, entry))

    def _periodic(self, entry: Periodic) -> None:
        self._alone(entry.lock, lambda: entry.do(self.wiring))

    def _expire_offers(self) -> None:
        with self.wiring.reading() as session:
            late = offer_rows.due(session, self.wiring.clock())
        for interaction_id in late:
            with self.wiring.work() as work:
                offers.expire(work, interaction_id)

    def _lines_that_did_not_come_up(self) -> None:
        with self.wiring.reading() as session:
            late = offer_rows.not_connected(session, self.wiring.clock())
        for offer_id in late:
            errands.agent_not_connected(self.wiring, offer_id)

    def _finish_wrap_ups(self) -> None:
        done = 1
        while done:
            with self.wiring.work() as work:
                done = wrap_ups.run_out(work)

    def _due_callbacks(self) -> None:
        """In line, or to be dialled, now that their time has come."""
        with self.wiring.reading() as session:
            due_now = callbacks.due(session, self.wiring.clock())
        for _, interaction_id in due_now:
            with self.wiring.work() as work:
                is_to_dial = calling_back.due(work, interaction_id)
            if is_to_dial:
                self.wiring.nudge(Job.CALL_CUSTOMER, interaction_id=interaction_id)

    def _questions_that_ran_out(self) -> None:
        """To the next who may say yes, or to the safe default; and a yes that was not given on ends."""
        now = self.wiring.clock()
        with self.wiring.reading() as session:
            late, lapsed = questions.due(session, now), grants.past_validity(session, now)
        for approval_id in late:
            with self.wiring.work() as work:
                approval_turns.run_out(work, approval_id)
        for grant_id in lapsed:
            with self.wiring.work() as work:
                approval_turns.lapse(work, grant_id)

    def _overflow(self) -> None:
        """Those who have waited longer than their queue allows."""
        now = self.wiring.clock()
        with self.wiring.reading() as session:
            limits = {queue.id: queue.policy for queue in company.queues(session)}
            late = [
                interaction_id
                for queue_id, policy in limits.items()
                if policy.max_wait is not None and policy.overflow
                for interaction_id in waits.too_long(session, queue_id, before=now - timedelta(seconds=policy.max_wait))
            ]
        for interaction_id in late:
            with self.wiring.work() as work:
                overflow.move(work, interaction_id)

    def _nudge_workers(self) -> None:
        now = self.wiring.clock()
        with self.wiring.reading() as session:
            for offer_id in offer_rows.due_to_ring(session, now):
                self.wiring.nudge(Job.RING_AGENT, offer_id=offer_id)
            for interaction_id in interactions.due_to_bring_back(session, now):
                self.wiring.nudge(Job.BRING_BACK, interaction_id=interaction_id)
            for message_id in messages.due(session, now):
                self.wiring.nudge(Job.SEND_MESSAGE, message_id=message_id)
            for survey_id in surveys.due(session, now):
                self.wiring.nudge(Job.INVITE_TO_SURVEY, survey_id=survey_id)
            for grant_id in grants.due(session, now):
                self.wiring.nudge(Job.CARRY_OUT, grant_id=grant_id)
            for what_if_id in what_ifs.due(session, now):
                self.wiring.nudge(Job.PLAY_WHAT_IF, what_if_id=what_if_id)
            for replay_id in replays.due(session, now):
                self.wiring.nudge(Job.REPLAY_RULES, replay_id=replay_id)

    def _lose_agents(self) -> None:
        """Whoever has gone holds no offer: nor one that reached them as they went, or that a clock which died left."""
        grace = timedelta(seconds=self.wiring.settings.presence_grace_seconds)
        with self.wiring.work() as work:
            agents.lost(work, grace=grace)
        with self.wiring.reading() as session:
            gone = offer_rows.with_absent(session)
            taken = questions.taken_by_absent(session, since=self.wiring.clock() - grace)
        for approval_id in taken:
            with self.wiring.work() as work:
                approval_turns.let_go(work, approval_id, grace=grace)
        for agent_id, status in gone:
            with self.wiring.work() as work:
                cause = "signed_out" if status == Status.SIGNED_OUT else "connection_lost"
                agents.release_offers(work, agent_id, cause=cause)

    def _ask_about_quiet_calls(self) -> None:
        with self.wiring.work() as work:
            quiet = interactions.due_quiet_checks(work.session, work.now)
            for interaction in quiet:
                interaction.quiet_check_at = work.now + timedelta(minutes=1)
            legs = [leg for one in quiet for leg in interactions.legs(work.session, one.id) if leg.left_at is None]
        for leg in legs:
            errands.ask_about(self.wiring, leg)

    def _reroute(self) -> None:
        """Ask again for everything that waits: a ring has opened, a pause is over, a queue was changed, a router died.

        All are looked at with one reading; only those whom somebody can take by now are taken in hand.
        """
        with self.wiring.reading() as session:
            now = self.wiring.clock()
            waiting = crowd.waiting_of(session, looks.heads(session, depth=REROUTED_A_LINE), now=now)
            people = crowd.roster(session, looks.on_duty(session))
        for interaction_id in routing.offerable(waiting, people, now):
            with self.wiring.work() as work:
                interaction = interactions.claim_waiting(work.session, interaction_id)
                if interaction:
                    routing.route(work, interaction)

    def _wallboard(self) -> None:
        """One aggregate a second for all who watch, computed by one clock."""
        self._alone(WALLBOARD_LOCK, self._push_wallboard)

    def _push_wallboard(self) -> None:
        with self.wiring.reading() as session:
            board = wallboard.figures(session, self.wiring.clock())
        self.wiring.push.send(["wallboards"], "wallboard", wallboard.payload(board))

    def _every(self, period: timedelta, name: object, do: Callable[[], object]) -> None:
        now = self.wiring.clock()
        if now - self._done_at.get(name, datetime.min.replace(tzinfo=now.tzinfo)) >= period:
            self._done_at[name] = now
            do()

    def _alone(self, lock: int, do: Callable[[], object]) -> None:
        """Only if no other clock is doing the same at this moment."""
        with _try_lock(self.wiring, lock) as won:
            if won:
                do()

    def _until_next(self) -> float:
        now = self.wiring.clock()
        with self.wiring.reading() as session:
            next_due = due.next_due(session, now)
        wait = (next_due - now).total_seconds() if next_due else LONGEST_SLEEP
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
