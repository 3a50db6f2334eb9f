"""The what-if page: permissions, errors at their fields, progress, and the result in words and curves."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from werkzeug.test import TestResponse

import workers.job
from callcenter.storage.supervision.what_ifs import WhatIf
from tests import past as written
from tests.factories import Centre
from tests.site import SignIn, csrf_token
from workers import what_ifs as job

PATH = "/admin/what-ifs"


@pytest.fixture
def quiet_monday(centre: Centre) -> Centre:
    """Without a past: enough for what is refused before anything is played."""
    centre.clock.now = datetime(2026, 11, 23, 20, tzinfo=UTC)
    return centre


@pytest.fixture
def monday(quiet_monday: Centre, monkeypatch: pytest.MonkeyPatch) -> Centre:
    written.busy_days(quiet_monday, date(2026, 11, 16), date(2026, 11, 9))
    monkeypatch.setattr(workers.job, "process_wiring", lambda: quiet_monday.wiring)
    return quiet_monday


def send(signed_in: SignIn, centre: Centre, by: str = "sam", **fields: Any) -> TestResponse:
    browser = signed_in(by)
    given = {"day": "monday", "weeks": "4", "percent": "100", "queue_id": str(centre.delivery), "agents": "", **fields}
    return browser.post(PATH, data={"csrf_token": csrf_token(browser), **given})


def test_agents_do_not_see_it_and_may_not_ask(signed_in: SignIn, quiet_monday: Centre) -> None:
    for path in (PATH, f"{PATH}/1", f"{PATH}/1/result"):
        assert signed_in("alice").get(path).status_code == 403
    assert send(signed_in, quiet_monday, by="alice", agents="1").status_code == 403
    assert not quiet_monday.rows(WhatIf)
    assert "What if" in signed_in("sam").get(PATH).text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Say what would be otherwise"),
        ({"agents": "many"}, "Write a number."),
        ({"agents": "99"}, "At most 50."),
        ({"agents": "1", "percent": "5"}, "At least 10."),
        ({"agents": "1", "day": "someday"}, "Choose one of these."),
        ({"agents": "1", "queue_id": "999"}, "Choose one of these."),
        ({"agents": "1", "since": "17:00", "until": "09:00"}, "This must be later than the beginning."),
        ({"agents": "1", "since": "quarter past"}, "Write a number."),
        ({"ring": "2", "ring_after": "30"}, "This queue has no such ring."),
        ({"ring": "supervisors"}, "Write a number."),
    ],
)
def test_what_does_not_fit_is_told_at_its_field_and_kept(
    signed_in: SignIn, quiet_monday: Centre, fields: dict[str, str], sentence: str
) -> None:
    answer = send(signed_in, quiet_monday, **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert not quiet_monday.rows(WhatIf)


def test_from_the_wish_to_both_curves(signed_in: SignIn, monday: Centre) -> None:
    answer = send(signed_in, monday, agents="2", since="09:00", until="11:00", ring="supervisors", ring_after="30")
    row = monday.rows(WhatIf)[0]
    assert (answer.status_code, answer.location) == (302, f"{PATH}/{row.id}")
    sam = signed_in("sam")
    waiting = sam.get(answer.location).text
    assert "It waits for its turn." in waiting
    assert "No worker" not in waiting
    monday.clock.forward(60)
    assert "No worker for long computations" in sam.get(answer.location).text
    job.play(what_if_id=row.id)
    text = sam.get(f"{answer.location}/result").text
    assert text.count("<polyline") >= 4
    for said in (
        "Customers would wait",
        "instead of",
        "Played: 9 Nov, 16 Nov with 60 real calls",
        "The longest mean wait as it was",
        "In truth",
        "better",
        "(Answered + left in time) ÷ all",
        "Left out, as nobody called: days: 2.",
    ):
        assert said in text, said
    whole = sam.get(answer.location).text
    assert "Delivery: 2 agents more 09:00–11:00, A new last ring: supervisors too after 30 s" in whole
    assert 'style="' not in text
    listed = sam.get(PATH).text
    assert "Mondays of the last 4 weeks" in listed
    assert "Sam Keller" in listed
    again = sam.get(f"{PATH}?again={row.id}").text
    assert 'value="11:00"' in again
    assert '<option value="supervisors" selected>' in again


def test_in_chinese(signed_in: SignIn, monday: Centre) -> None:
    send(signed_in, monday, agents="-1")
    row = monday.rows(WhatIf)[0]
    job.play(what_if_id=row.id)
    monday.change("sam", language="zh")
    text = signed_in("sam").get(f"{PATH}/{row.id}").text
    assert "少 1 位客服" in text
    assert "平均等待" in text
    assert "推演不知道的事" in text


def test_what_failed_says_what_to_do(signed_in: SignIn, monday: Centre) -> None:
    send(signed_in, monday, agents="1", day="sunday")
    row = monday.rows(WhatIf)[0]
    job.play(what_if_id=row.id)
    assert "Choose another day, or more weeks." in signed_in("sam").get(f"{PATH}/{row.id}").text
    assert signed_in("sam").get(f"{PATH}/999").status_code == 404
