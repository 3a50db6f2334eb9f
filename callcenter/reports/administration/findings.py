"""What a measure found. The pages and `callcenter doctor` have the words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

Verdict = Literal["ok", "note", "problem"]
WORST: tuple[Verdict, ...] = ("problem", "note", "ok")


class Fact(StrEnum):
    """One sentence each. The part before the dot is the subject."""

    # Whether a call can arrive now
    NUMBERS_NONE = "numbers.none"
    NUMBERS_KNOWN = "numbers.known"
    CARRIER_UNKNOWN = "carrier.unknown"
    CARRIER_INCOMPLETE = "carrier.incomplete"
    CARRIER_SIMULATED = "carrier.simulated"
    CARRIER_KNOWN = "carrier.known"
    ADDRESS_LOCAL = "address.local"
    ADDRESS_INSECURE = "address.insecure"
    ADDRESS_SIMULATED = "address.simulated"
    ADDRESS_PUBLIC = "address.public"
    WEBHOOK_NONE = "webhook.none"
    WEBHOOK_LAST = "webhook.last"
    QUEUES_NONE = "queues.none"
    QUEUES_CLOSED = "queues.closed"
    QUEUES_SHUT = "queues.shut"
    QUEUES_OPEN = "queues.open"
    AGENTS_NONE = "agents.none"
    AGENTS_NOT_FOR = "agents.not_for"
    AGENTS_AVAILABLE = "agents.available"
    # The system
    DATABASE_OLD = "database.old"
    DATABASE_BEHIND = "database.behind"
    DATABASE_CROWDED = "database.crowded"
    DATABASE_WORKS = "database.works"
    REDIS_AWAY = "redis.away"
    REDIS_OLD = "redis.old"
    REDIS_WORKS = "redis.works"
    CLOCK_NONE = "clock.none"
    CLOCK_SILENT = "clock.silent"
    CLOCK_RUNS = "clock.runs"
    WORKERS_UNKNOWN = "workers.unknown"
    WORKERS_NONE = "workers.none"
    WORKERS_RUN = "workers.run"
    LONG_WORKERS_UNKNOWN = "long_workers.unknown"
    LONG_WORKERS_NONE = "long_workers.none"
    LONG_WORKERS_RUN = "long_workers.run"
    DUE_LATE = "due.late"
    DUE_IN_TIME = "due.in_time"
    STUCK_GIVEN_UP = "stuck.given_up"
    STUCK_FAILING = "stuck.failing"
    STUCK_NONE = "stuck.none"
    LIVE_BROKEN = "live.broken"
    LIVE_UNPUBLISHED = "live.unpublished"
    LIVE_SOUND = "live.sound"
    MESSAGES_FAILED = "messages.failed"
    MESSAGES_SENT = "messages.sent"
    RULES_NONE = "rules.none"
    RULES_IN_FORCE = "rules.in_force"
    SERVERS_EMBEDDED = "servers.embedded"
    SERVERS_OWN = "servers.own"
    DISK_FULL = "disk.full"
    DISK_ROOM = "disk.room"

    @property
    def subject(self) -> str:
        return self.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Finding:
    """`values`: what the sentence names; times are datetimes, spans are seconds, sizes are bytes."""

    verdict: Verdict
    fact: Fact
    values: Mapping[str, Any] = field(default_factory=dict)


def ok(fact: Fact, **values: Any) -> Finding:
    return Finding("ok", fact, values)


def note(fact: Fact, **values: Any) -> Finding:
    return Finding("note", fact, values)


def problem(fact: Fact, **values: Any) -> Finding:
    return Finding("problem", fact, values)


def worst(findings: Iterable[Finding]) -> Verdict:
    found = {finding.verdict for finding in findings}
    return next((verdict for verdict in WORST if verdict in found), "ok")
