"""Blueprint of the learning pages under /rules, and their period."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, request

from callcenter import wiring
from callcenter.web.empowerment.rules.blueprint import SUBPAGES

PERIODS = (28, 90, 365)
pages = Blueprint("learning", __name__, url_prefix="/rules")


@pages.context_processor
def around() -> dict[str, object]:
    return {"subpages": SUBPAGES}


@dataclass(frozen=True)
class ReportPeriod:
    """The last `days` days, until now."""

    days: int
    since: datetime
    until: datetime


def period() -> ReportPeriod:
    days = request.args.get("days", type=int)
    days = days if days in PERIODS else 90
    now = wiring.current().clock()
    return ReportPeriod(days, now - timedelta(days=days), now)
