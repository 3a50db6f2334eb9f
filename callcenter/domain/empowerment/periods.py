"""Budget periods: calendar months or quarters in the budget's zone."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


def period_of(period: str, zone: str, moment: datetime) -> tuple[datetime, datetime]:
    """(start, end) in UTC; the end is exclusive."""
    local = moment.astimezone(ZoneInfo(zone))
    months = 3 if period == "quarter" else 1
    first = (local.month - 1) // months * months
    # From local midnights: a period with a change to winter time is an hour longer.
    return _midnight(local.year, first, zone), _midnight(local.year, first + months, zone)


@lru_cache(maxsize=1_000)  # few months and zones, asked for at every decision
def _midnight(year: int, month: int, zone: str) -> datetime:
    """`month` counts from 0 and may exceed 11."""
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def name_of(period: str, zone: str, starts_at: datetime) -> str:
    """2026-11, or 2026-Q4."""
    local = starts_at.astimezone(ZoneInfo(zone))
    return f"{local.year}-Q{(local.month - 1) // 3 + 1}" if period == "quarter" else f"{local.year}-{local.month:02d}"
