"""PostgreSQL, Redis, workers, clock, disk and the carrier's settings, as `callcenter doctor` and the pages measure them.

No request to the carrier or to our own address."""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from redis import Redis
from rq import Queue, Worker
from sqlalchemy.orm import Session

from callcenter import passwords
from callcenter.background import LONG, QUEUES
from callcenter.settings import TWILIO_API, Settings
from callcenter.storage.agents.agents import Agent
from callcenter.storage.database import current_revision, newest_revision
from callcenter.storage.supervision import figures

OLDEST_POSTGRES, OLDEST_REDIS = 14, (5, 0)
HERE = ("127.0.0.1", "localhost", "::1")
NEEDED = ("twilio_account_sid", "twilio_auth_token", "twilio_api_key", "twilio_api_secret")
newest = cache(newest_revision)


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """`size`: bytes. `at`, `newest`: migrations. `connections`: how many the server allows."""

    version: int
    connections: int
    size: int
    at: str | None
    newest: str | None

    @property
    def is_old(self) -> bool:
        return self.version < OLDEST_POSTGRES

    @property
    def is_migrated(self) -> bool:
        return self.at == self.newest


def database(session: Session) -> DatabaseState:
    facts = figures.server(session)
    return DatabaseState(facts.version, facts.connections, facts.size, current_revision(session), newest())


def most_connections(ours: Settings) -> int:
    """Peak: web processes, a worker and a clock, each with twice its pool."""
    return (ours.web_processes + 2) * 2 * ours.database_pool


@dataclass(frozen=True, slots=True)
class ClockState:
    """`silent`: seconds since a clock last asked the database; None where we may not see it."""

    connections: int
    silent: float | None


def clock(session: Session, name: str) -> ClockState:
    return ClockState(*figures.last_active(session, name))


@dataclass(frozen=True, slots=True)
class WorkersState:
    """`silent`: seconds since the last sign of life of any of them. `waiting`: jobs that no worker has begun."""

    count: int
    silent: float | None
    waiting: int


@dataclass(frozen=True, slots=True)
class RedisState:
    version: str
    workers: WorkersState
    long_workers: WorkersState

    @property
    def is_old(self) -> bool:
        return tuple(int(part) for part in self.version.split(".")[:2]) < OLDEST_REDIS


def memory(redis: Redis) -> RedisState:
    """Raises RedisError, ValueError."""
    version = str(redis.info("server").get("redis_version", "0"))
    return RedisState(version, _workers(redis, QUEUES), _workers(redis, (LONG,)))


def _workers(redis: Redis, names: Sequence[str]) -> WorkersState:
    queues = [Queue(name, connection=redis) for name in names]
    found = Worker.all(queue=queues[0])
    seen = [worker.last_heartbeat.replace(tzinfo=UTC) for worker in found if worker.last_heartbeat]
    silent = (datetime.now(UTC) - max(seen)).total_seconds() if seen else None
    return WorkersState(len(found), silent, sum(len(queue) for queue in queues))


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes."""

    free: int
    total: int


def disk(folder: Path) -> Disk:
    """Of the file system that holds this folder, or its nearest parent that exists."""
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    usage = shutil.disk_usage(there)
    return Disk(usage.free, usage.total)


def missing_at_carrier(ours: Settings) -> list[str]:
    """Names of the environment variables that the carrier needs and that are not set."""
    return [name.upper() for name in NEEDED if not getattr(ours, name)]


def missing_for_browsers(ours: Settings) -> list[str]:
    """The same, with the one without which agents can't answer in the browser."""
    return missing_at_carrier(ours) + (["TWILIO_TWIML_APP_SID"] if not ours.twilio_twiml_app_sid else [])


def is_simulated(ours: Settings) -> bool:
    """Whether a carrier simulator stands in for the carrier."""
    return ours.twilio_api_url != TWILIO_API


def is_here(url: str) -> bool:
    """Whether only this machine reaches the address."""
    return (urlsplit(url).hostname or "") in HERE


_opened: dict[tuple[str, str], bool] = {}  # a hash never changes its answer


def opened_by(password: str, people: Iterable[Agent], *, at_most: int) -> tuple[list[str], int]:
    """(user names whom this password opens, how many people are not tried yet).

    Tries at most so many hashes that it has not met: each costs 50 ms."""
    pairs = {agent.username: (password, agent.password_hash) for agent in people}
    for pair in list(dict.fromkeys(pair for pair in pairs.values() if pair not in _opened))[:at_most]:
        _opened[pair] = passwords.matches(*pair)
    opened = [name for name, pair in pairs.items() if _opened.get(pair)]
    return opened, sum(pair not in _opened for pair in pairs.values())
