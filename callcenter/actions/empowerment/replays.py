"""Replays of a rule book over past grants, run by a worker. A dead worker's replay restarts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from callcenter.domain.empowerment import RuleBook
from callcenter.domain.empowerment.replaying import Again
from callcenter.domain.empowerment_events import ReplayAsked, ReplayEnded
from callcenter.domain.errors import N_, DomainError, Invalid, NotAllowed, NotFound
from callcenter.domain.permissions import Actor
from callcenter.domain.states import LongJobState
from callcenter.storage.empowerment import replays, rule_books
from callcenter.storage.empowerment.replays import ReplayRow
from callcenter.storage.work import Work

# Without a report for so long, a worker counts as dead; it reports every second.
BELIEVED = timedelta(seconds=30)
MOST_TRIES = 3
MOST_OPEN = 10
LONGEST = timedelta(days=731)
CASES_KEPT = 5


class TooManyReplays(DomainError):
    code = "too-many-open"
    text = N_("Others are still being worked out. Wait until one is done.")


class ReplaySuperseded(Exception):
    """Another worker holds the replay, or it has ended."""


def ask(work: Work, number: int, *, since: datetime, until: datetime, actor: Actor) -> ReplayRow:
    """Returns an open replay of the same content and start, if any. NotAllowed, NotFound, Invalid, TooManyReplays."""
    if not actor.leads:
        raise NotAllowed
    row = rule_books.get(work.session, number)
    if row is None:
        raise NotFound
    until = min(until, work.now)
    if since >= until:
        raise Invalid("The period ends before it begins.", field="since")
    if until - since > LONGEST:
        raise Invalid("A replay covers two years at most.", field="since")
    others = replays.open_ones(work.session)
    for one in others:
        if one.number == number and one.document == row.document and one.since == since:
            return one
    if len(others) >= MOST_OPEN:
        raise TooManyReplays
    made = ReplayRow(
        number=number,
        document=row.document,
        since=since,
        until=until,
        asked_by=actor.agent_id,
        state=LongJobState.QUEUED,
        due_at=work.now,
        created_at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    work.record(ReplayAsked(replay_id=made.id, number=number, actor=actor.label))
    return made


def begin(work: Work, replay_id: int) -> tuple[ReplayRow, RuleBook, int] | None:
    """(row, rules, number of this try); None where not due. Fails the replay after the last try."""
    row = replays.claim(work.session, replay_id, now=work.now)
    if row is None:
        return None
    if row.tries >= MOST_TRIES:
        _end(work, row, state=LongJobState.FAILED, reason="tries")
        return None
    replays.forget_cases(work.session, row.id)
    row.state, row.due_at, row.begun_at = LongJobState.RUNNING, work.now + BELIEVED, work.now
    row.tries += 1
    row.done = row.to_do = 0
    return row, rule_books.book_of(row.document), row.tries


def go_on(work: Work, replay_id: int, *, attempt: int, done: int, to_do: int, cases: Sequence[Again]) -> None:
    """Save progress. Superseded: stop."""
    row = _mine(work, replay_id, attempt)
    row.done, row.to_do, row.due_at = done, to_do, work.now + BELIEVED
    replays.copy_cases(work.session, replay_id, cases)


def finish(work: Work, replay_id: int, *, attempt: int, result: dict[str, Any]) -> None:
    row = _mine(work, replay_id, attempt)
    replays.forget_older(work.session, row.number, keep=CASES_KEPT)
    row.result = result
    _end(work, row, state=LongJobState.DONE)


def _mine(work: Work, replay_id: int, attempt: int) -> ReplayRow:
    row = replays.get(work.session, replay_id, lock=True)
    if row is None or row.state != LongJobState.RUNNING or row.tries != attempt:
        raise ReplaySuperseded
    return row


def _end(work: Work, row: ReplayRow, *, state: LongJobState, reason: str = "") -> None:
    row.state, row.reason, row.due_at, row.ended_at = state, reason, None, work.now
    work.record(ReplayEnded(replay_id=row.id, number=row.number, state=state, actor="system"))
