"""Questions and tickets of a period, for findings; and grants worth a review."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from callcenter.domain.empowerment import learning
from callcenter.domain.empowerment.learning import AskedGrant, Served
from callcenter.storage.empowerment import facts
from callcenter.storage.empowerment.proposals import Proposal

LOOKED_AT = timedelta(days=28)

# The amount of the answer: what was said yes to, or what a no refused. Not `requested`, which the agent alone sets. Where
# something else was approved instead, the remedy and amount of the question, which history has.
ASKED = text(
    "SELECT g.id, g.agent_id, g.facts->'case'->>'cause' AS cause, coalesce(asked.remedy, g.remedy) AS remedy,"
    " coalesce(asked.units, g.units) AS units, g.currency, a.answer,"
    " a.held_seconds, extract(epoch FROM a.answered_at - a.asked_at)::int AS seconds"
    " FROM approvals a JOIN grants g ON g.id = a.grant_id LEFT JOIN LATERAL ("
    "SELECT h.data ->> 'remedy' AS remedy, (h.data ->> 'units')::bigint AS units FROM history h"
    " WHERE a.answer = 'instead' AND h.ticket_id = g.ticket_id AND h.kind = 'ApprovalAsked'"
    " AND (h.data ->> 'grant_id')::bigint = g.id ORDER BY h.id LIMIT 1) asked ON true"
    " WHERE a.answered_at > :since AND a.answered_at <= :until AND a.answer IN ('yes', 'less', 'instead', 'no')"
    " ORDER BY g.id"
)
SERVED = text(
    "SELECT a.id, count(DISTINCT t.id) AS cases, count(DISTINCT g.ticket_id) AS granted FROM agents a"
    " JOIN tickets t ON t.owner_id = a.id AND t.created_at > :since AND t.created_at <= :until"
    " LEFT JOIN grants g ON g.ticket_id = t.id AND g.agent_id = a.id"
    "  AND g.state IN ('granted', 'fulfilled', 'failed')"
    " WHERE a.role = 'agent' AND a.is_active GROUP BY a.id ORDER BY a.id"
)


def asked(session: Session, *, since: datetime, until: datetime) -> list[AskedGrant]:
    """Answered by a person in the period."""
    return [
        AskedGrant(
            grant_id=row.id,
            agent_id=row.agent_id,
            cause=facts.cause_key(session, row.cause or ""),
            remedy=row.remedy,
            units=row.units,
            currency=row.currency,
            answer=row.answer,
            held=row.held_seconds,
            seconds=row.seconds,
        )
        for row in session.execute(ASKED, {"since": since, "until": until})
    ]


def served(session: Session, *, since: datetime, until: datetime) -> list[Served]:
    rows = session.execute(SERVED, {"since": since, "until": until})
    return [Served(agent_id=row.id, cases=row.cases, granted=row.granted) for row in rows]


def lately(session: Session, *, until: datetime) -> tuple[list[AskedGrant], list[Served]]:
    """(questions, tickets) of the last four weeks."""
    period = {"since": until - LOOKED_AT, "until": until}
    return asked(session, **period), served(session, **period)


def measured(session: Session, row: Proposal, *, until: datetime) -> dict[str, Any]:
    return learning.measured(row.kind, row.about, row.agent_id, *lately(session, until=until))


_STANDING = "g.state IN ('granted', 'fulfilled', 'failed') AND g.granted_at > :since AND g.granted_at <= :until"
# Four times or more by one agent to one customer.
SAME_CUSTOMER = text(
    "SELECT g.agent_id, g.customer_id, g.currency, count(*) AS n, sum(g.worth)::bigint AS worth,"
    f" array_agg(g.id ORDER BY g.id) AS cases FROM grants g WHERE {_STANDING} AND g.customer_id IS NOT NULL"
    " GROUP BY g.agent_id, g.customer_id, g.currency HAVING count(*) >= 4 ORDER BY n DESC, worth DESC LIMIT 50"
)
# Several customers with one telephone number.
SAME_NUMBER = text(
    "SELECT p.address AS number, g.currency, count(DISTINCT g.customer_id) AS people, count(DISTINCT g.id) AS n,"
    " sum(g.worth)::bigint AS worth, array_agg(DISTINCT g.id) AS cases"
    f" FROM grants g JOIN customer_addresses p ON p.customer_id = g.customer_id WHERE {_STANDING}"
    " GROUP BY p.address, g.currency HAVING count(DISTINCT g.customer_id) >= 2 AND count(DISTINCT g.id) >= 3"
    " ORDER BY n DESC LIMIT 50"
)
# Two fifths or more in the last three days of months.
MONTHS_END = text(
    "SELECT g.agent_id, count(*) AS n, count(*) FILTER (WHERE late) AS at_end, array_agg(g.id) FILTER (WHERE late) AS cases"
    " FROM grants g CROSS JOIN LATERAL (SELECT extract(day FROM (g.granted_at AT TIME ZONE :zone) + interval '3 days') <= 3"
    f" AND extract(day FROM g.granted_at AT TIME ZONE :zone) > 3 AS late) AS day WHERE {_STANDING}"
    " GROUP BY g.agent_id HAVING count(*) >= 8 AND count(*) FILTER (WHERE late) >= 0.4 * count(*) ORDER BY at_end DESC"
)
# Half or more within seven hundredths of the limit without approval.
BELOW_LIMIT = text(
    "SELECT g.agent_id, count(*) AS n, count(*) FILTER (WHERE close) AS close, array_agg(g.id) FILTER (WHERE close) AS cases"
    " FROM grants g CROSS JOIN LATERAL (SELECT (option->>'most')::bigint AS most"
    "  FROM jsonb_array_elements(g.decision->'options') AS option WHERE option->>'remedy' = g.remedy) AS may"
    " CROSS JOIN LATERAL (SELECT g.answer = 'give' AND may.most > 0 AND g.units >= 0.93 * may.most AS close) AS near"
    f" WHERE {_STANDING} AND jsonb_array_length(g.decision->'options') > 0"
    " AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements(g.decision->'options') AS o, jsonb_array_elements(o->'rooms') AS r"
    "  WHERE o->>'remedy' = g.remedy AND r->>0 IN ('fixed', 'times_customer', 'times_ticket'))"
    " GROUP BY g.agent_id HAVING count(*) >= 8 AND count(*) FILTER (WHERE close) >= 0.5 * count(*) ORDER BY close DESC"
)


def same_customer(session: Session, *, since: datetime, until: datetime) -> Sequence[Row]:  # type: ignore[type-arg]
    """(agent_id, customer_id, currency, n, worth, cases)"""
    return session.execute(SAME_CUSTOMER, {"since": since, "until": until}).all()


def same_number(session: Session, *, since: datetime, until: datetime) -> Sequence[Row]:  # type: ignore[type-arg]
    """(number, currency, people, n, worth, cases)"""
    return session.execute(SAME_NUMBER, {"since": since, "until": until}).all()


def months_end(session: Session, *, since: datetime, until: datetime, zone: str) -> Sequence[Row]:  # type: ignore[type-arg]
    """(agent_id, n, at_end, cases)"""
    return session.execute(MONTHS_END, {"since": since, "until": until, "zone": zone}).all()


def below_limit(session: Session, *, since: datetime, until: datetime) -> Sequence[Row]:  # type: ignore[type-arg]
    """(agent_id, n, close, cases)"""
    return session.execute(BELOW_LIMIT, {"since": since, "until": until}).all()
