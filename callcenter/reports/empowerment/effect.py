"""Costs and effects of grants, compared with similar cases without one. Counts and intervals; no causal claims."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from callcenter.domain import intervals
from callcenter.domain.intervals import Estimate
from callcenter.storage.agents import agents
from callcenter.storage.empowerment import departments, facts

AFTER = timedelta(days=30)
LONGEST_HANDLING = 3600
BY = ("remedy", "rule", "cause", "department", "team", "tier")

# One row per ticket: grants, decision effort, and events within 30 days after the first grant (without a grant: after
# the first answer). Handling: from answer to the end of wrap-up, at most an hour per contact.
CASES = text(
    """
    WITH granted AS (
        SELECT g.ticket_id, min(g.granted_at) AS at, g.currency,
               sum(g.worth)::bigint AS worth, sum(g.cost)::bigint AS cost, count(*) AS grants,
               array_agg(DISTINCT g.remedy) AS remedies, array_agg(DISTINCT coalesce(g.rule_id, 0)) AS rules
        FROM grants g WHERE g.state IN ('granted', 'fulfilled', 'failed') GROUP BY g.ticket_id, g.currency
    ), asked AS (
        SELECT g.ticket_id,
               sum(extract(epoch FROM coalesce(a.answered_at, a.asked_at) - a.asked_at)) AS asking,
               sum(extract(epoch FROM a.answered_at - a.claimed_at)) AS deciding, sum(a.held_seconds) AS held
        FROM approvals a JOIN grants g ON g.id = a.grant_id GROUP BY g.ticket_id
    )
    SELECT t.id, t.cause, t.queue_id, t.created_at, c.tier, o.team_id,
           coalesce(granted.grants, 0) AS grants, granted.currency, coalesce(granted.worth, 0) AS worth,
           coalesce(granted.cost, 0) AS cost, granted.remedies, granted.rules,
           coalesce(asked.asking, 0) AS asking, coalesce(asked.deciding, 0) AS deciding, coalesce(asked.held, 0) AS held,
           (SELECT avg(s.score)::float FROM surveys s WHERE s.ticket_id = t.id AND s.state = 'answered'
             AND s.answered_at > from_when AND s.answered_at <= from_when + :after) AS score,
           (SELECT s.score FROM surveys s WHERE s.customer_id = t.customer_id AND s.state = 'answered'
             AND s.answered_at <= from_when ORDER BY s.id DESC LIMIT 1) AS score_before,
           EXISTS (SELECT 1 FROM interactions i WHERE i.ticket_id = t.id AND i.direction = 'inbound'
             AND i.created_at > from_when AND i.created_at <= from_when + :after) AS again,
           (SELECT coalesce(sum(least(extract(epoch FROM coalesce(i.finished_at, :now) - i.answered_at), :longest)), 0)
             FROM interactions i WHERE i.ticket_id = t.id AND i.answered_at IS NOT NULL) AS handled,
           (SELECT coalesce(sum(least(extract(epoch FROM coalesce(i.finished_at, :now) - i.answered_at), :longest)), 0)
             FROM interactions i WHERE i.ticket_id = t.id AND i.answered_at IS NOT NULL
             AND i.created_at > (SELECT min(f.created_at) FROM interactions f WHERE f.ticket_id = t.id)) AS repeated
    FROM tickets t
    LEFT JOIN customers c ON c.id = t.customer_id
    LEFT JOIN agents o ON o.id = t.owner_id
    LEFT JOIN granted ON granted.ticket_id = t.id
    LEFT JOIN asked ON asked.ticket_id = t.id
    CROSS JOIN LATERAL (SELECT coalesce(granted.at, t.first_answered_at, t.created_at) AS from_when) AS reference
    WHERE t.created_at > :since AND t.created_at <= :until
    ORDER BY t.id
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedCase:
    """One ticket; seconds and minor units. `again`: the customer made contact again within 30 days."""

    id: int
    cause: str
    department: str
    team: str
    tier: str
    remedies: tuple[str, ...]
    rules: tuple[str, ...]
    currency: str
    grants: int
    worth: int
    cost: int
    asking: int
    deciding: int
    held: int
    score: float | None
    recovered: bool | None
    again: bool
    handled: int
    repeated: int

    @property
    def is_granted(self) -> bool:
        return self.grants > 0


def served_cases(session: Session, *, since: datetime, until: datetime, now: datetime) -> list[ServedCase]:
    causes = {one.key: one for one in departments.causes(session)}
    parts = {one.id: one.key for one in departments.departments(session)}
    teams = agents.team_names(session)
    values = {"since": since, "until": until, "now": now, "after": AFTER, "longest": LONGEST_HANDLING}
    found = []
    for row in session.execute(CASES, values):
        key = facts.cause_key(session, row.cause)
        cause = causes.get(key)
        low_before = row.score_before is not None and row.score_before <= 3
        found.append(
            ServedCase(
                id=row.id,
                cause=key,
                department=parts.get(cause.department_id or 0, "") if cause else "",
                team=teams.get(row.team_id or 0, ""),
                tier=row.tier or "",
                remedies=tuple(row.remedies or ()),
                rules=tuple(str(one) for one in row.rules or () if one),
                currency=row.currency or "",
                grants=row.grants,
                worth=row.worth,
                cost=row.cost,
                asking=int(row.asking),
                deciding=int(row.deciding or 0),
                held=int(row.held),
                score=row.score,
                recovered=row.score >= 4 if low_before and row.score is not None else None,
                again=row.again,
                handled=int(row.handled),
                repeated=int(row.repeated),
            )
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectGroup:
    """One group: grants, minutes of deciding and the effect, compared with similar cases without a grant."""

    key: str
    cases: int
    grants: int
    worth: Mapping[str, int]
    cost: Mapping[str, int]
    agent_minutes: float
    supervisor_minutes: float
    customer_minutes: float
    score: Estimate
    again: Estimate
    recovered: Estimate
    alike_score: Estimate
    alike_again: Estimate


GROUPS: dict[str, Callable[[ServedCase], Iterable[str]]] = {
    "remedy": lambda one: one.remedies,
    "rule": lambda one: one.rules,
    "cause": lambda one: (one.cause,),
    "department": lambda one: (one.department,),
    "team": lambda one: (one.team,),
    "tier": lambda one: (one.tier,),
}


def lines(all_of_them: Sequence[ServedCase], *, by: str) -> list[EffectGroup]:
    """One line per group with grants, costliest first."""
    groups: dict[str, list[ServedCase]] = defaultdict(list)
    without: dict[tuple[str, str], list[ServedCase]] = defaultdict(list)
    for one in all_of_them:
        if one.is_granted:
            for key in GROUPS[by](one):
                groups[key].append(one)
        else:
            without[(one.cause, one.tier)].append(one)
    made = [_line(key, members, without) for key, members in groups.items()]
    return sorted(made, key=lambda line: (-sum(line.worth.values()), line.key))


def _line(
    key: str, members: Sequence[ServedCase], without: Mapping[tuple[str, str], Sequence[ServedCase]]
) -> EffectGroup:
    alike = [one for kind in {(m.cause, m.tier) for m in members} for one in without.get(kind, ())]
    return EffectGroup(
        key=key,
        cases=len(members),
        grants=sum(one.grants for one in members),
        worth=_by_currency(members, lambda one: one.worth),
        cost=_by_currency(members, lambda one: one.cost),
        agent_minutes=sum(one.asking for one in members) / 60,
        supervisor_minutes=sum(one.deciding for one in members) / 60,
        customer_minutes=sum(one.held for one in members) / 60,
        score=_score(members),
        again=_again(members),
        recovered=_recovered(members),
        alike_score=_score(alike),
        alike_again=_again(alike),
    )


def _by_currency(members: Sequence[ServedCase], amount: Callable[[ServedCase], int]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for one in members:
        sums[one.currency] += amount(one)
    return dict(sorted(sums.items()))


def _score(members: Sequence[ServedCase]) -> Estimate:
    return intervals.mean([one.score for one in members if one.score is not None])


def _again(members: Sequence[ServedCase]) -> Estimate:
    return intervals.share(sum(one.again for one in members), len(members))


def _recovered(members: Sequence[ServedCase]) -> Estimate:
    # Of customers with an earlier score of 3 or less: the share that then gave 4 or 5.
    known = [one.recovered for one in members if one.recovered is not None]
    return intervals.share(sum(known), len(known))


@dataclass(slots=True, kw_only=True)
class PoorQuality:
    """Costs of one cause or department: grants by currency, minutes of handling and of repeat contacts."""

    key: str
    cases: int = 0
    grants: dict[str, int] = field(default_factory=dict)
    handling_minutes: float = 0.0
    repeat_minutes: float = 0.0

    def total(self, currency: str, *, minute_cost: int) -> int:
        """Minor units; handling (with repeats) at `minute_cost` a minute."""
        return self.grants.get(currency, 0) + round(self.handling_minutes * minute_cost)


def poor_quality(all_of_them: Sequence[ServedCase], *, by: str) -> list[PoorQuality]:
    """Grouped by "cause" or "department", most minutes first."""
    sums: dict[str, PoorQuality] = {}
    for one in all_of_them:
        key = one.cause if by == "cause" else one.department
        line = sums.setdefault(key, PoorQuality(key=key))
        line.cases += 1
        line.handling_minutes += one.handled / 60
        line.repeat_minutes += one.repeated / 60
        if one.is_granted:
            line.grants[one.currency] = line.grants.get(one.currency, 0) + one.cost
    return sorted(sums.values(), key=lambda line: (-line.handling_minutes, line.key))
