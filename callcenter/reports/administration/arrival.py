"""Can a call arrive now? As far as we know it ourselves: only `callcenter doctor` asks the carrier."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from callcenter.domain.agents import AgentState, Status
from callcenter.reports.administration import servers, snapshot
from callcenter.reports.administration.findings import Fact, Finding, note, ok, problem
from callcenter.reports.administration.snapshot import Snapshot
from callcenter.settings import Settings
from callcenter.storage.administration import access
from callcenter.storage.administration.company import Queue

Answer = Literal["yes", "waits", "closed", "no"]


def findings(session: Session, ours: Settings, now: datetime, setup: Snapshot) -> list[Finding]:
    return [
        _numbers(setup),
        _carrier(ours),
        _address(ours),
        _webhook(access.last_webhook(session)),
        _queues(setup.reached, now),
        _agents(setup, now),
    ]


def answer(found: Sequence[Finding]) -> Answer:
    """What happens to a caller now. `waits`: nobody is there to take the call; `closed`: the caller hears the hours."""
    if any(finding.verdict == "problem" for finding in found):
        return "no"
    facts = {finding.fact for finding in found}
    if facts & {Fact.QUEUES_CLOSED, Fact.QUEUES_SHUT}:
        return "closed"
    return "waits" if Fact.AGENTS_NONE in facts else "yes"


def _numbers(setup: Snapshot) -> Finding:
    if not setup.numbers:
        return problem(Fact.NUMBERS_NONE)
    return ok(Fact.NUMBERS_KNOWN, numbers=[number.e164 for number in setup.numbers])


def _carrier(ours: Settings) -> Finding:
    missing = servers.missing_for_browsers(ours)
    if missing and not ours.auth_tokens:
        return problem(Fact.CARRIER_UNKNOWN, names=missing)
    if missing:
        return note(Fact.CARRIER_INCOMPLETE, names=missing)
    if servers.is_simulated(ours):
        return ok(Fact.CARRIER_SIMULATED)
    return ok(Fact.CARRIER_KNOWN, account=ours.twilio_account_sid)


def _address(ours: Settings) -> Finding:
    if servers.is_simulated(ours):
        return ok(Fact.ADDRESS_SIMULATED, url=ours.public_url)
    if servers.is_here(ours.public_url):
        return problem(Fact.ADDRESS_LOCAL, url=ours.public_url)
    if not ours.is_secure:
        return note(Fact.ADDRESS_INSECURE, url=ours.public_url)
    return ok(Fact.ADDRESS_PUBLIC, url=ours.public_url)


def _webhook(at: datetime | None) -> Finding:
    return ok(Fact.WEBHOOK_LAST, at=at) if at else note(Fact.WEBHOOK_NONE)


def _queues(reached: Sequence[Queue], now: datetime) -> Finding:
    if not reached:
        return problem(Fact.QUEUES_NONE)
    if opened := [queue.names for queue in reached if snapshot.is_open(queue, now)]:
        return ok(Fact.QUEUES_OPEN, queues=opened)
    openings = [(at, queue) for queue in reached if (at := snapshot.opens_at(queue, now))]
    if not openings:
        return note(Fact.QUEUES_SHUT)
    at, first = min(openings, key=lambda one: one[0])
    return note(Fact.QUEUES_CLOSED, queue=first.names, at=at)


def _agents(setup: Snapshot, now: datetime) -> Finding:
    available = [agent for agent in setup.people if agent.status == Status.AVAILABLE]
    opened = [queue for queue in setup.reached if snapshot.is_open(queue, now)]
    served = [queue for queue in opened if any(snapshot.can_serve(agent, queue) for agent in available)]
    if not available or (opened and not served):
        return note(Fact.AGENTS_NONE)
    if len(served) < len(opened):
        return note(Fact.AGENTS_NOT_FOR, queues=[queue.names for queue in opened if queue not in served])
    idle = sum(agent.state == AgentState.IDLE for agent in available)
    return ok(Fact.AGENTS_AVAILABLE, count=len(available), idle=idle)
