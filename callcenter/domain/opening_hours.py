"""When a queue is open, in its zone. A week is {"mon": [["09:00", "18:00"], …], …}."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Week = dict[str, list[list[str]]]


def is_open(now: datetime, week: Week, zone: str, holidays: Iterable[date] = ()) -> bool:
    """An empty week is always open."""
    if not week:
        return True
    local = now.astimezone(ZoneInfo(zone))
    if local.date() in set(holidays):
        return False
    return any(start <= local.time() < end for start, end in _spans(week, local.date()))


def opens_at(now: datetime, week: Week, zone: str, holidays: Iterable[date] = ()) -> datetime | None:
    """In `zone`; None if none within 14 days."""
    closed = set(holidays)
    local = now.astimezone(ZoneInfo(zone))
    for ahead in range(15):
        day = local.date() + timedelta(days=ahead)
        if day in closed:
            continue
        for start, _ in sorted(_spans(week, day)):
            opening = datetime.combine(day, start, ZoneInfo(zone))
            if opening > local:
                return opening
    return None


def _spans(week: Week, day: date) -> list[tuple[time, time]]:
    return [(_time(start), _time(end)) for start, end in week.get(DAYS[day.weekday()], [])]


def _time(text: str) -> time:
    # 24:00 is the end of the day.
    return time.max if text == "24:00" else time.fromisoformat(text)
