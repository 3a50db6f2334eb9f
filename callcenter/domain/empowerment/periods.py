"""The month or quarter of a budget: calendar ones of the budget's own zone, whoever gives and wherever they sit."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


def period_of(period: str, zone: str, moment: datetime) -> tuple[datetime, datetime]:
    """(start, end) in UTC of the month or quarter that `moment` lies in; the end belongs to the next one.

    Local midnights are turned into UTC one by one, so a period in which the clock is put back is an hour longer.
    """
    local = moment.astimezone(ZoneInfo(zone))
    months = 3 if period == "quarter" else 1
    first = (local.month - 1) // months * months
    return _midnight(local.year, first, zone), _midnight(local.year, first + months, zone)


@lru_cache(maxsize=1_000)  # few months and zones are asked for, at every decision
def _midnight(year: int, month: int, zone: str) -> datetime:
    """The first of the month, counted from 0 and over the year's end."""
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def name_of(period: str, zone: str, starts_at: datetime) -> str:
    """2026-11, or 2026-Q4."""
    local = starts_at.astimezone(ZoneInfo(zone))
    return f"{local.year}-Q{(local.month - 1) // 3 + 1}" if period == "quarter" else f"{local.year}-{local.month:02d}"
