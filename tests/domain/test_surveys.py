"""Surveys: how a reply is read, when and whom to ask."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain import surveys
from callcenter.domain.surveys import Answer

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "score", "comment"),
    [
        ("4", 4, ""),
        (" 4 ", 4, ""),
        ("4, waited too long", 4, "waited too long"),
        ("4 waited too long", 4, "waited too long"),
        ("4: waited", 4, "waited"),
        ("4 - waited", 4, "waited"),
        ("4—waited", 4, "waited"),
        ("4. Thanks!", 4, "Thanks!"),
        ("5!", 5, ""),
        ("5/5 great", 5, "great"),
        ("5 / 5", 5, ""),
        ("3 out of 5, slow", 3, "slow"),
        ("1\nnobody called back", 1, "nobody called back"),
        ("Four.", 4, ""),
        ("four", 4, ""),
        ("FIVE stars", 5, ""),
        ("1 star", 1, ""),
        ("2 stars, late", 2, "late"),
        ("５", 5, ""),
        ("４，等太久", 4, "等太久"),
        ("四", 4, ""),
        ("四分，等太久", 4, "等太久"),
        ("5分", 5, ""),
        ("one", 1, ""),
        ("5星 很好", 5, "很好"),
        ("两分。态度不好", 2, "态度不好"),
        ("三、慢", 3, "慢"),
        ("5 😀", 5, "😀"),
    ],
)
def test_a_reply_that_begins_with_a_score_is_an_answer(text: str, score: int, comment: str) -> None:
    assert surveys.read(text) == Answer(score=score, comment=comment)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "45",
        "4pm tomorrow?",
        "4th floor please",
        "10",
        "10/10",
        "0",
        "6",
        "-4",
        "no 4",
        "hello",
        "Hello, 5 of us waited",
        "fourteen",
        "fiver",
        "4.5",
        "4,5",
        "1234567",
        "5分钟",
        "一直没有人接",
        "三天了还没到",
        "5 minutes ago nobody came",
        "1 hour late",
        "5 分钟没人接",
        "4 pm please",
        "2 weeks and nothing",
        "😀",
        "<b>5</b>",
    ],
)
def test_a_reply_that_only_looks_like_a_score_is_none(text: str) -> None:
    assert surveys.read(text) is None


def test_a_very_long_comment_is_kept_in_part() -> None:
    answer = surveys.read("2 " + "x" * 10_000)
    assert answer is not None
    assert len(answer.comment) == surveys.COMMENT_LIMIT


@given(st.text())
def test_whatever_comes_is_read_without_a_fault(text: str) -> None:
    answer = surveys.read(text)
    assert answer is None or (1 <= answer.score <= 5 and len(answer.comment) <= surveys.COMMENT_LIMIT)


@pytest.mark.parametrize(
    ("local", "zone", "asked"),
    [
        ("2026-11-20T08:59", "America/Los_Angeles", "2026-11-20T09:00"),
        ("2026-11-20T09:00", "America/Los_Angeles", "2026-11-20T09:00"),
        ("2026-11-20T19:59", "America/Los_Angeles", "2026-11-20T19:59"),
        ("2026-11-20T20:00", "America/Los_Angeles", "2026-11-21T09:00"),
        ("2026-11-20T23:30", "Asia/Shanghai", "2026-11-21T09:00"),
        ("2026-11-20T00:10", "Asia/Shanghai", "2026-11-20T09:00"),
        ("2026-03-07T21:00", "America/New_York", "2026-03-08T09:00"),
        ("2026-10-31T22:00", "America/New_York", "2026-11-01T09:00"),
        ("2026-10-24T20:30", "Europe/Berlin", "2026-10-25T09:00"),
        ("2026-12-31T23:59", "Asia/Kathmandu", "2027-01-01T09:00"),
    ],
)
def test_customers_are_asked_between_nine_and_eight_of_their_own_day(local: str, zone: str, asked: str) -> None:
    there = ZoneInfo(zone)
    moment = datetime.fromisoformat(local).replace(tzinfo=there).astimezone(UTC)
    decent = surveys.decent(moment, zone)
    assert decent.astimezone(there) == datetime.fromisoformat(asked).replace(tzinfo=there)
    assert decent.utcoffset() == timedelta(0)
    assert decent >= moment


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001
    st.sampled_from(["UTC", "America/Los_Angeles", "Asia/Shanghai", "Australia/Lord_Howe", "Europe/London"]),
)
def test_the_hour_is_always_decent_and_never_earlier(moment: datetime, zone: str) -> None:
    now = moment.replace(tzinfo=UTC)
    decent = surveys.decent(now, zone)
    assert decent >= now
    assert surveys.DECENT_FROM <= decent.astimezone(ZoneInfo(zone)).time() < surveys.DECENT_UNTIL
    assert surveys.decent(decent, zone) == decent


@pytest.mark.parametrize(
    ("opted_out", "is_open", "last_asked", "reason"),
    [
        (False, True, None, None),
        (False, False, None, "window_closed"),
        (True, True, None, "opted_out"),
        (False, True, NOW - timedelta(hours=23), "asked_lately"),
        (False, True, NOW - timedelta(hours=24), None),
    ],
)
def test_who_is_not_asked(opted_out: bool, is_open: bool, last_asked: datetime | None, reason: str | None) -> None:
    day = timedelta(hours=24)
    asked = surveys.why_not(opted_out=opted_out, is_open=is_open, last_asked=last_asked, cool_down=day, now=NOW)
    assert asked == reason


def test_one_and_two_are_low() -> None:
    assert [surveys.is_low(score) for score in range(1, 6)] == [True, True, False, False, False]
