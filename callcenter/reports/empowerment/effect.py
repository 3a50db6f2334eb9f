"""Costs and effects of grants, compared with similar cases without one. Counts and intervals; no causal claims."""

from collections import Counter as CountOf
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

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
        SELECT g.ticket_id, min(g.granted_at) AS at, jsonb_agg(jsonb_build_array(
                   g.remedy, coalesce(g.rule_id, 0), g.currency, g.worth, g.cost) ORDER BY g.id) AS given
        FROM grants g WHERE g.state IN ('granted', 'fulfilled', 'failed') GROUP BY g.ticket_id
    ), asked AS (
        SELECT g.ticket_id, jsonb_agg(jsonb_build_array(
                   g.remedy, coalesce(g.rule_id, 0),
                   coalesce(extract(epoch FROM a.answered_at - a.asked_at), 0),
                   coalesce(extract(epoch FROM a.answered_at - a.claimed_at), 0), a.held_seconds) ORDER BY a.id) AS questions
        FROM approvals a JOIN grants g ON g.id = a.grant_id GROUP BY g.ticket_id
    )
    SELECT t.id, t.cause, t.queue_id, t.created_at, c.tier, o.team_id, granted.given, asked.questions, from_when,
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


class GivenLine(NamedTuple):
    """One grant, in minor units."""

    remedy: str
    rule: int
    currency: str
    worth: int
    cost: int


class AskedLine(NamedTuple):
    """One question to an approver, in seconds: until the answer, from the claim to it, the customer on hold."""

    remedy: str
    rule: int
    asking: float
    deciding: float
    held: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedCase:
    """One ticket; seconds. `again`: the customer made contact again within 30 days; None before they are over."""

    id: int
    cause: str
    department: str
    team: str
    tier: str
    given: tuple[GivenLine, ...]
    asked: tuple[AskedLine, ...]
    score: float | None
    recovered: bool | None
    again: bool | None
    handled: int
    repeated: int

    @property
    def is_granted(self) -> bool:
        return bool(self.given)


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
                given=tuple(GivenLine(*one) for one in row.given or ()),
                asked=tuple(AskedLine(*one) for one in row.questions or ()),
                score=row.score,
                recovered=row.score >= 4 if low_before and row.score is not None else None,
                again=row.again if row.from_when + AFTER <= now else None,
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


Line = GivenLine | AskedLine
# A ticket stands in a line for each of its remedies and rules: there count only the grants and questions about it.
OWN: dict[str, Callable[[Line], str]] = {"remedy": lambda line: line.remedy, "rule": lambda line: str(line.rule)}
GROUPS: dict[str, Callable[[ServedCase], Iterable[str]]] = {
    "remedy": lambda one: dict.fromkeys(line.remedy for line in one.given),
    "rule": lambda one: dict.fromkeys(str(line.rule) for line in one.given if line.rule),
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
    made = [_line(key, members, without, OWN.get(by)) for key, members in groups.items()]
    return sorted(made, key=lambda line: (-sum(line.worth.values()), line.key))


def _line(
    key: str,
    members: Sequence[ServedCase],
    without: Mapping[tuple[str, str], Sequence[ServedCase]],
    own: Callable[[Line], str] | None,
) -> EffectGroup:
    given = [line for one in members for line in one.given if own is None or own(line) == key]
    asked = [line for one in members for line in one.asked if own is None or own(line) == key]
    return EffectGroup(
        key=key,
        cases=len(members),
        grants=len(given),
        worth=_by_currency((line.currency, line.worth) for line in given),
        cost=_by_currency((line.currency, line.cost) for line in given),
        agent_minutes=sum(line.asking for line in asked) / 60,
        supervisor_minutes=sum(line.deciding for line in asked) / 60,
        customer_minutes=sum(line.held for line in asked) / 60,
        score=intervals.mean([one.score for one in members if one.score is not None]),
        again=_share(one.again for one in members),
        # Of customers with an earlier score of 3 or less: the share that then gave 4 or 5.
        recovered=_share(one.recovered for one in members),
        alike_score=intervals.weighted_mean(_alike(members, without, lambda one: one.score)),
        alike_again=intervals.weighted_share(_alike(members, without, lambda one: one.again)),
    )


def _by_currency(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for currency, amount in amounts:
        sums[currency] += amount
    return dict(sorted(sums.items()))


def _share(values: Iterable[bool | None]) -> Estimate:
    known = [one for one in values if one is not None]
    return intervals.share(sum(known), len(known))


def _alike(
    members: Sequence[ServedCase],
    without: Mapping[tuple[str, str], Sequence[ServedCase]],
    read: Callable[[ServedCase], float | None],
) -> list[tuple[float, float]]:
    """(value, weight) of the cases without a grant. Each kind weighs what it weighs among `members`: else a frequent
    cause would outweigh the cause that the grants were about (direct standardisation)."""
    kinds = CountOf((one.cause, one.tier) for one in members if read(one) is not None)
    found = []
    for kind, weight in kinds.items():
        values = [value for one in without.get(kind, ()) if (value := read(one)) is not None]
        found += [(value, weight / len(values)) for value in values]
    return found


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
        for given in one.given:
            line.grants[given.currency] = line.grants.get(given.currency, 0) + given.cost
    return sorted(sums.values(), key=lambda line: (-line.handling_minutes, line.key))
