"""Uses of each rule, and requests without a grant."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from callcenter.domain.empowerment import files
from callcenter.domain.empowerment.checking import Seen

MOST_REQUESTS = 400

# A rule that granted or that an approval used, and a ceiling that was the tightest bound.
USED = text(
    "SELECT rule, count(*) AS times FROM ("
    "  SELECT rule_id AS rule FROM grants WHERE created_at > :since AND rule_id IS NOT NULL"
    "  UNION ALL"
    "  SELECT (option->'rooms'->0->>4)::int FROM grants, jsonb_array_elements(grants.decision->'options') AS option"
    "  WHERE created_at > :since AND option->>'remedy' = grants.remedy"
    "  AND (option->'rooms'->0->>4)::int IS DISTINCT FROM grants.rule_id) AS uses"
    " WHERE rule IS NOT NULL GROUP BY rule"
)


def used(session: Session, *, since: datetime) -> Mapping[int, int]:
    """{rule: uses}: grants, questions and refusals."""
    # A rule keeps its number over all versions.
    return {row.rule: row.times for row in session.execute(USED, {"since": since})}


# Requests without a grant, grouped by what rules mostly ask about; one represents its group.
REQUESTS = text(
    "SELECT facts, times FROM (SELECT DISTINCT ON (cause, fault, tier, role, kind, currency) facts, count(*) OVER alike"
    "  AS times FROM (SELECT id, facts, currency, facts->'case'->>'cause' AS cause, facts->'case'->>'fault' AS fault,"
    "   facts->'customer'->>'tier' AS tier, facts->'agent'->>'role' AS role, facts->'case'->>'type' AS kind"
    "   FROM grants WHERE created_at > :since AND state IN ('refused', 'not_asked')) AS requests"
    "  WINDOW alike AS (PARTITION BY cause, fault, tier, role, kind, currency)"
    "  ORDER BY cause, fault, tier, role, kind, currency, id DESC) AS each ORDER BY times DESC LIMIT :most"
)


def unmet_requests(session: Session, *, since: datetime) -> Sequence[Seen]:
    """Refused or not asked for, grouped, without erased ones."""
    rows = session.execute(REQUESTS, {"since": since, "most": MOST_REQUESTS})
    return [Seen(files.facts_of(row.facts), row.times) for row in rows if row.facts]
