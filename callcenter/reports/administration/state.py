"""The state of the system now: servers, processes, due work, failures."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from redis import Redis, RedisError
from sqlalchemy.orm import Session

from callcenter.reports.administration import servers
from callcenter.reports.administration.findings import Fact, Finding, note, ok, problem
from callcenter.reports.administration.servers import RedisState, WorkersState
from callcenter.reports.supervision import invariants
from callcenter.settings import Settings
from callcenter.storage import history
from callcenter.storage.due import Late
from callcenter.storage.empowerment import rule_books
from callcenter.storage.messages import messages

SILENT = 10.0  # seconds; a clock asks the database every second
LATE, VERY_LATE = 30.0, 120.0  # seconds past the time
UNPUBLISHED = timedelta(seconds=10)  # a clock publishes after five what a crash left behind
FEW, ALMOST_NONE = 0.10, 0.03  # free share of the disk
A_DAY = timedelta(days=1)


def findings(
    session: Session, ours: Settings, now: datetime, *, redis: Redis, clock: str, late: Sequence[Late]
) -> list[Finding]:
    """`clock`: name of its connections in PostgreSQL. Waits at most a few seconds for Redis."""
    return [
        *_database(session, ours),
        *_memory(redis),
        _clock(session, clock),
        _due(late),
        _stuck(late),
        *_live(session, now),
        _messages(session, now),
        _rules(session, now),
        _servers(ours),
        _disk(ours),
    ]


def _database(session: Session, ours: Settings) -> Iterator[Finding]:
    found = servers.database(session)
    if found.is_old:
        yield problem(Fact.DATABASE_OLD, version=found.version, oldest=servers.OLDEST_POSTGRES)
    elif not found.is_migrated:
        yield problem(Fact.DATABASE_BEHIND, revision=found.at or "–", newest=found.newest)
    else:
        yield ok(Fact.DATABASE_WORKS, version=found.version, size=found.size)
    if servers.most_connections(ours) > found.connections:
        most = servers.most_connections(ours)
        yield note(Fact.DATABASE_CROWDED, most=most, allowed=found.connections)


def _memory(redis: Redis) -> Iterator[Finding]:
    try:
        found = servers.memory(redis)
    except (RedisError, ValueError):
        yield problem(Fact.REDIS_AWAY)
        yield problem(Fact.WORKERS_UNKNOWN)
        yield note(Fact.LONG_WORKERS_UNKNOWN)
    else:
        yield _redis(found)
        yield _workers(found.workers)
        yield _long_workers(found.long_workers)


def _redis(found: RedisState) -> Finding:
    if found.is_old:
        return problem(Fact.REDIS_OLD, version=found.version)
    return ok(Fact.REDIS_WORKS, version=found.version)


def _workers(found: WorkersState) -> Finding:
    if not found.count:
        return problem(Fact.WORKERS_NONE, waiting=found.waiting)
    return ok(Fact.WORKERS_RUN, count=found.count, seconds=found.silent, waiting=found.waiting)


def _long_workers(found: WorkersState) -> Finding:
    if not found.count:
        return note(Fact.LONG_WORKERS_NONE)
    return ok(Fact.LONG_WORKERS_RUN, count=found.count, seconds=found.silent, waiting=found.waiting)


def _clock(session: Session, name: str) -> Finding:
    found = servers.clock(session, name)
    if not found.connections:
        return problem(Fact.CLOCK_NONE)
    if found.silent is not None and found.silent > SILENT:
        return problem(Fact.CLOCK_SILENT, seconds=found.silent)
    return ok(Fact.CLOCK_RUNS, seconds=found.silent)


def _due(late: Sequence[Late]) -> Finding:
    # What failed is put off on purpose, and said by itself.
    behind = [one for one in late if one.due > one.failing and one.seconds >= LATE]
    if not behind:
        return ok(Fact.DUE_IN_TIME, due=sum(one.due for one in late))
    worst = max(behind, key=lambda one: one.seconds)
    values = {"kind": worst.kind, "seconds": worst.seconds, "due": sum(one.due for one in behind)}
    by = "worker" if worst.is_job else "clock"
    return (problem if worst.seconds >= VERY_LATE else note)(Fact.DUE_LATE, by=by, **values)


def _stuck(late: Sequence[Late]) -> Finding:
    failing, given_up = sum(one.failing for one in late), sum(one.given_up for one in late)
    if given_up:
        return problem(Fact.STUCK_GIVEN_UP, count=given_up, again=failing - given_up)
    return note(Fact.STUCK_FAILING, count=failing) if failing else ok(Fact.STUCK_NONE)


def _live(session: Session, now: datetime) -> Iterator[Finding]:
    broken = len(invariants.breaches(session, now))
    unpublished = history.is_behind(session, now=now, by=UNPUBLISHED)
    if broken:
        yield problem(Fact.LIVE_BROKEN, count=broken)
    if unpublished:
        yield note(Fact.LIVE_UNPUBLISHED, count=unpublished)
    if not broken and not unpublished:
        yield ok(Fact.LIVE_SOUND)


def _messages(session: Session, now: datetime) -> Finding:
    failed, sent = messages.failed(session, since=now - A_DAY)
    return note(Fact.MESSAGES_FAILED, count=failed, of=sent) if failed else ok(Fact.MESSAGES_SENT, of=sent)


def _rules(session: Session, now: datetime) -> Finding:
    found = rule_books.in_force(session, now)
    return ok(Fact.RULES_IN_FORCE, number=found.number, since=found.since) if found else note(Fact.RULES_NONE)


def _servers(ours: Settings) -> Finding:
    if ours.embedded_servers:
        return ok(Fact.SERVERS_EMBEDDED, names=ours.embedded_servers.split())
    return ok(Fact.SERVERS_OWN)


def _disk(ours: Settings) -> Finding:
    found = servers.disk(ours.callcenter_data)
    share = found.free / found.total if found.total else 1.0
    if share >= FEW:
        return ok(Fact.DISK_ROOM, free=found.free, share=share)
    return (problem if share < ALMOST_NONE else note)(Fact.DISK_FULL, free=found.free, share=share)
