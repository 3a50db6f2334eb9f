"""Open or closed, and the next opening: lunch, midnight, holidays, and clock changes."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from callcenter.domain import opening_hours
from callcenter.domain.opening_hours import Week

OFFICE: Week = {day: [["09:00", "12:30"], ["13:30", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
LATE: Week = {"fri": [["18:00", "24:00"]], "sat": [["00:00", "02:00"]]}
ROUND: Week = {day: [["00:00", "24:00"]] for day in opening_hours.DAYS}
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def at(local: str, zone: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("week", "zone", "local", "is_open"),
    [
        ({}, BERLIN, "2026-11-22T03:00", True),
        (OFFICE, BERLIN, "2026-11-23T08:59:59", False),
        (OFFICE, BERLIN, "2026-11-23T09:00", True),
        (OFFICE, BERLIN, "2026-11-23T12:29:59", True),
        (OFFICE, BERLIN, "2026-11-23T12:30", False),
        (OFFICE, BERLIN, "2026-11-23T13:30", True),
        (OFFICE, BERLIN, "2026-11-23T18:00", False),
        (OFFICE, BERLIN, "2026-11-22T10:00", False),
        (LATE, NEW_YORK, "2026-11-20T23:59:59", True),
        (LATE, NEW_YORK, "2026-11-21T00:00", True),
        (LATE, NEW_YORK, "2026-11-21T02:00", False),
        (ROUND, NEW_YORK, "2026-11-01T01:30", True),
        (ROUND, BERLIN, "2026-03-29T03:00", True),
    ],
)
def test_open_at(week: Week, zone: str, local: str, is_open: bool) -> None:
    assert opening_hours.is_open(at(local, zone), week, zone) is is_open


def test_the_queues_zone_decides_and_not_the_readers() -> None:
    nine_in_berlin = at("2026-11-23T09:30", BERLIN)
    assert opening_hours.is_open(nine_in_berlin, OFFICE, BERLIN)
    assert not opening_hours.is_open(nine_in_berlin, OFFICE, NEW_YORK)


def test_a_holiday_is_closed_all_day() -> None:
    christmas = [date(2026, 12, 25)]
    assert opening_hours.is_open(at("2026-12-25T10:00", BERLIN), OFFICE, BERLIN)
    assert not opening_hours.is_open(at("2026-12-25T10:00", BERLIN), OFFICE, BERLIN, christmas)


def test_an_empty_week_is_open_on_a_holiday_too() -> None:
    assert opening_hours.is_open(at("2026-12-25T10:00", BERLIN), {}, BERLIN, [date(2026, 12, 25)])


@pytest.mark.parametrize(
    ("week", "zone", "local", "opens"),
    [
        (OFFICE, BERLIN, "2026-11-23T07:00", "2026-11-23T09:00"),
        (OFFICE, BERLIN, "2026-11-23T12:45", "2026-11-23T13:30"),
        (OFFICE, BERLIN, "2026-11-23T18:00", "2026-11-24T09:00"),
        (OFFICE, BERLIN, "2026-11-20T19:00", "2026-11-23T09:00"),
        (OFFICE, BERLIN, "2026-03-27T19:00", "2026-03-30T09:00"),
        (OFFICE, NEW_YORK, "2026-10-30T19:00", "2026-11-02T09:00"),
        (LATE, NEW_YORK, "2026-11-21T02:00", "2026-11-27T18:00"),
        ({"mon": [["13:00", "14:00"], ["09:00", "10:00"]]}, BERLIN, "2026-11-22T12:00", "2026-11-23T09:00"),
    ],
)
def test_the_next_opening(week: Week, zone: str, local: str, opens: str) -> None:
    found = opening_hours.opens_at(at(local, zone), week, zone)
    assert found == datetime.fromisoformat(opens).replace(tzinfo=ZoneInfo(zone))
    assert found is not None
    assert found.tzinfo == ZoneInfo(zone)


def test_the_next_opening_passes_over_holidays() -> None:
    days = [date(2026, 12, 25), date(2026, 12, 28)]
    found = opening_hours.opens_at(at("2026-12-24T19:00", BERLIN), OFFICE, BERLIN, days)
    assert found == datetime(2026, 12, 29, 9, tzinfo=ZoneInfo(BERLIN))


def test_a_week_that_never_opens_tells_nothing() -> None:
    assert opening_hours.opens_at(at("2026-11-23T07:00", BERLIN), {"mon": []}, BERLIN) is None
    all_days = [date(2026, 11, day) for day in range(1, 31)] + [date(2026, 12, day) for day in range(1, 31)]
    assert opening_hours.opens_at(at("2026-11-23T07:00", BERLIN), OFFICE, BERLIN, all_days) is None
