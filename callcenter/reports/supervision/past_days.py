"""Past days for what-if runs: calls, agents on duty, how offers were accepted."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, or_, select, text
from sqlalchemy.orm import Session

from callcenter.domain import metrics
from callcenter.domain.agents import Role, Status
from callcenter.domain.channels import Medium
from callcenter.domain.interactions import Result
from callcenter.domain.routing import CompanyPolicy
from callcenter.domain.states import OfferState
from callcenter.domain.what_ifs import (
    PastAgent,
    PastCall,
    PastDay,
    PastDays,
    QueueThen,
    Span,
    TooLittleKnown,
    WhatIfScenario,
)
from callcenter.reports.agents.day import bounds
from callcenter.storage.administration import company
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent, Interval

LONGEST = 7_200.0  # seconds; longer handling means left open, not worked on
TAIL = timedelta(hours=2)  # duty after midnight, for callers from before midnight
MENU = timedelta(hours=1)
MOST_CALLS = 60_000
FEWEST_CALLS = 20
SAMPLE = 2_000
ON_DUTY = (Status.AVAILABLE, Status.NOT_ANSWERING)  # agents who missed offers take part, and miss them

CALLS = text(
    """
    SELECT queue_id, language, tier, score, affinities, joined_at, accepted_at, ended_at, finished_at, result
    FROM interactions
    WHERE created_at >= :begin - make_interval(hours => 1) AND created_at < :end
        AND joined_at >= :begin AND joined_at < :end
        AND channel = 'voice' AND direction = 'inbound' AND state = 'ended' AND queue_id IN :queues
    ORDER BY joined_at
    """
).bindparams(bindparam("queues", expanding=True))

# Outgoing calls are not simulated, so their time is taken out of the agents' duty.
OUTWARD = text(
    """
    SELECT agent_id, accepted_at AS since, coalesce(finished_at, ended_at) AS until FROM interactions
    WHERE created_at >= :begin - make_interval(days => 2) AND created_at < :end
        AND channel = 'voice' AND direction <> 'inbound' AND agent_id IS NOT NULL
        AND accepted_at < :end AND coalesce(finished_at, ended_at) > :begin
    """
)

OFFERS = text(
    """
    SELECT o.state, CAST(extract(epoch FROM o.accepted_at - o.made_at) AS float8) AS seconds
    FROM interactions i JOIN offers o ON o.interaction_id = i.id
    WHERE i.created_at >= :begin AND i.created_at < :end AND i.channel = 'voice' AND i.direction = 'inbound'
        AND o.state IN ('accepted', 'expired')
    ORDER BY o.id DESC LIMIT :most
    """
)


def past(session: Session, scenario: WhatIfScenario, *, now: datetime) -> PastDays:
    """The scenario's whole days before today, newest first. Raises TooLittleKnown."""
    ours = company.get(session)
    zone, numbers = (ours.zone, ours.routing_policy) if ours else ("UTC", CompanyPolicy())
    queues = company.queues(session)
    days, left_out, total = list[PastDay](), dict[str, int](), 0
    for day in _dates(scenario, now.astimezone(ZoneInfo(zone)).date()):
        one = _day(session, day, zone, [queue.id for queue in queues])
        reason = "no_calls" if not one.calls else "no_duty" if not one.duty else ""
        if not reason and days and total + len(one.calls) > MOST_CALLS:
            reason = "too_many"
        if reason:
            left_out[reason] = left_out.get(reason, 0) + 1
        else:
            days.append(one)
            total += len(one.calls)
    if not days:
        raise TooLittleKnown("no_duty" if "no_duty" in left_out else "no_calls")
    if total < FEWEST_CALLS:
        raise TooLittleKnown("too_few")
    delays, missed = _offers(session, days, zone, numbers)
    return PastDays(
        days=tuple(days),
        left_out=left_out,
        queues=tuple(
            QueueThen(id=queue.id, policy=queue.policy, priority=queue.priority, target_seconds=queue.target_seconds)
            for queue in queues
        ),
        servers=_servers(session, {agent_id for day in days for agent_id in day.duty}),
        numbers=numbers,
        delays=delays,
        missed=missed,
    )


def _dates(scenario: WhatIfScenario, today: date) -> Iterator[date]:
    for back in range(1, 7 * scenario.weeks + 1):
        day = today - timedelta(days=back)
        if day.weekday() in scenario.weekdays:
            yield day


def _day(session: Session, day: date, zone: str, queues: Sequence[int]) -> PastDay:
    begin, end = bounds(day, zone)
    rows = session.execute(CALLS, {"begin": begin, "end": end, "queues": list(queues) or [0]})
    second = _Seconds(day, zone)
    calls = tuple(_call(row, second) for row in rows)
    return PastDay(date=day.isoformat(), calls=calls, duty=_duty(session, begin, end, second))


class _Seconds:
    """Seconds after local midnight; hours skipped or repeated by a clock change are ignored."""

    def __init__(self, day: date, zone: str) -> None:
        self._midnight, self._zone = datetime.combine(day, time()), ZoneInfo(zone)

    def __call__(self, moment: datetime) -> float:
        return (moment.astimezone(self._zone).replace(tzinfo=None) - self._midnight).total_seconds()


def _call(row: Row[Any], second: _Seconds) -> PastCall:
    at, left = second(row.joined_at), row.accepted_at or row.ended_at or row.joined_at
    served = row.accepted_at is not None and row.finished_at is not None
    handled = (row.finished_at - row.accepted_at).total_seconds() if served else None
    knows, affinity = row.affinities[0] if row.affinities else (None, "")
    return PastCall(
        queue_id=row.queue_id,
        language=row.language,
        tier=row.tier,
        extra=round(sum(v for name, v in row.score.items() if name not in ("channel", "priority")), 1),
        at=max(0.0, at),
        waited=max(0.0, (left - row.joined_at).total_seconds()),
        handled=None if handled is None else min(LONGEST, max(1.0, handled)),
        gave_up=row.accepted_at is None and row.result == Result.ABANDONED,
        knows=knows,
        affinity=affinity,
    )


def _duty(session: Session, begin: datetime, end: datetime, second: _Seconds) -> dict[int, tuple[Span, ...]]:
    """When each agent could take calls: signed in, available, not on outgoing calls."""
    until = end + TAIL
    rows = session.scalars(
        select(Interval)
        .where(Interval.kind == "status", Interval.value.in_(ON_DUTY), Interval.started_at < until)
        .where(or_(Interval.ended_at.is_(None), Interval.ended_at > begin))
        .order_by(Interval.started_at)
    )
    spans: dict[int, list[Span]] = {}
    for row in rows:
        span = (second(max(row.started_at, begin)), second(min(row.ended_at or until, until)))
        if span[1] - span[0] >= 1:
            spans.setdefault(row.agent_id, []).append(span)
    for agent_id, since, busy_until in session.execute(OUTWARD, {"begin": begin, "end": until}):
        if agent_id in spans:
            spans[agent_id] = without(spans[agent_id], (second(since), second(busy_until)))
    return {agent_id: tuple(found) for agent_id, found in spans.items() if any(start < 86_400 for start, _ in found)}


def without(spans: Sequence[Span], hole: Span) -> list[Span]:
    found = []
    for start, end in spans:
        if hole[1] <= start or hole[0] >= end:
            found.append((start, end))
            continue
        found += [part for part in ((start, hole[0]), (hole[1], end)) if part[1] - part[0] >= 1]
    return found


def _servers(session: Session, on_duty: set[int]) -> tuple[PastAgent, ...]:
    rows = {agent.id: agent for agent in agents.all_active(session)}
    for agent in session.scalars(select(Agent).where(Agent.id.in_(on_duty - set(rows)))):
        rows[agent.id] = agent
    return tuple(_server(rows[id_]) for id_ in sorted(rows))


def _server(agent: Agent) -> PastAgent:
    return PastAgent(
        id=agent.id,
        skills={skill: level for skill, level in agent.skills.items() if level},
        languages=tuple(agent.languages),
        team_id=agent.team_id,
        role=Role(agent.role).value,
        conversations=agent.max_conversations,
        limits=agent.limits,
    )


def _offers(
    session: Session, days: Sequence[PastDay], zone: str, numbers: CompanyPolicy
) -> tuple[tuple[float, ...], float]:
    """Seconds until accepted, and the share not accepted."""
    begin = bounds(date.fromisoformat(days[-1].date), zone)[0] - MENU
    end = bounds(date.fromisoformat(days[0].date), zone)[1]
    rows = session.execute(OFFERS, {"begin": begin, "end": end, "most": SAMPLE}).all()
    most = numbers.ring_seconds[Medium.VOICE] - 0.1
    taken = tuple(
        min(most, max(0.0, row.seconds)) for row in rows if row.state == OfferState.ACCEPTED and row.seconds is not None
    )
    return taken, (len(rows) - len(taken)) / len(rows) if rows else 0.0


def as_they_were(known: PastDays) -> Mapping[str, float | None]:
    """Recorded figures of these days, to compare the simulation with."""
    calls = [(call, known.queue(call.queue_id).target_seconds) for day in known.days for call in day.calls]
    served = [(call, target) for call, target in calls if call.handled is not None]
    gone = [(call, target) for call, target in calls if call.handled is None]
    waits = sorted(call.waited for call, _ in calls)
    in_time = sum(call.waited <= target for call, target in served)
    left_in_time = sum(call.waited <= target for call, target in gone)
    return {
        "mean_wait": sum(waits) / len(waits),
        "p95": waits[min(len(waits) - 1, int(0.95 * len(waits)))],
        "level_of_answered": metrics.service_level_of_answered(answered_in_time=in_time, answered=len(served)),
        "level_of_all": metrics.service_level_of_all(
            answered_in_time=in_time, left_in_time=left_in_time, answered=len(served), abandoned=len(gone)
        ),
        "abandoned": metrics.abandoned_share(abandoned=sum(call.gave_up for call, _ in calls), offered=len(calls)),
    }
