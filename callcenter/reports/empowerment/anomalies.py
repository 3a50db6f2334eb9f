"""Suspicious patterns in grants: cases to review, not accusations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from callcenter.storage.administration import company
from callcenter.storage.empowerment import learning


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """`kind`: same_customer, same_number, months_end, below_limit. `part` of `n` grants; `cases`: to review."""

    kind: str
    agent_id: int | None = None
    customer_id: int | None = None
    number: str = ""
    people: int = 0
    part: int = 0
    n: int = 0
    worth: int = 0
    currency: str = ""
    cases: tuple[int, ...] = ()


def patterns(session: Session, *, since: datetime, until: datetime) -> list[Pattern]:
    ours = company.get(session)
    found: list[Pattern] = []
    for row in learning.same_customer(session, since=since, until=until):
        found.append(_of(row, "same_customer", ("agent_id", "customer_id", "currency", "n", "worth")))
    for row in learning.same_number(session, since=since, until=until):
        found.append(_of(row, "same_number", ("number", "people", "currency", "n", "worth")))
    for row in learning.months_end(session, since=since, until=until, zone=ours.zone if ours else "UTC"):
        found.append(_of(row, "months_end", ("agent_id", "n"), part=row.at_end))
    for row in learning.below_limit(session, since=since, until=until):
        found.append(_of(row, "below_limit", ("agent_id", "n"), part=row.close))
    return found


def _of(row: Any, kind: str, names: Sequence[str], *, part: int = 0) -> Pattern:
    values = {name: getattr(row, name) for name in names}
    return Pattern(kind=kind, part=part, cases=tuple(row.cases or ()), **values)
