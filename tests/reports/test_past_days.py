"""Past days from stored rows: calls, agents on duty, and too little data."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from callcenter.domain.what_ifs import PastDays, TooLittleKnown, WhatIfScenario
from callcenter.reports.supervision import past_days
from tests import past as written
from tests.factories import Centre

HOUR = 3600.0
MONDAY, EARLIER = date(2026, 11, 16), date(2026, 11, 9)


def known(centre: Centre, **given: Any) -> PastDays:
    centre.clock.now = datetime(2026, 11, 23, 20, tzinfo=UTC)  # a Monday at noon in Los Angeles
    scenario = WhatIfScenario(**{"day": "monday", "queue_id": centre.delivery, "agents": 1, **given})
    with centre.wiring.reading() as session:
        return past_days.past(session, scenario, now=centre.clock())


def test_calls_and_duty_are_those_of_the_day_on_the_companys_clocks(centre: Centre) -> None:
    written.busy_days(centre, MONDAY)
    written.on_duty(centre, "bo", MONDAY, "13:00", "14:00")
    written.on_duty(centre, "bo", MONDAY, "14:00", "14:30", status="break")
    written.on_duty(centre, "bo", MONDAY, "14:30", "15:00", status="not_answering")
    written.called(centre, written.at(MONDAY, "23:30"), tier="gold", score={"channel": 30, "customer_value": 60})
    written.called(centre, written.at(MONDAY, "11:00"), affinities=[[centre.people.bo, "ticket"]])
    written.called(centre, written.at(date(2026, 11, 17), "00:10"))
    written.called(centre, written.at(MONDAY, "12:00"), channel="sms")
    found = known(centre)
    (day,) = found.days
    assert (day.date, len(day.calls)) == ("2026-11-16", 32)
    assert day.duty == {
        centre.people.alice: ((9 * HOUR, 10 * HOUR),),
        centre.people.bo: ((13 * HOUR, 14 * HOUR), (14.5 * HOUR, 15 * HOUR)),
    }
    first, gone = day.calls[0], day.calls[4]
    assert (first.at, first.waited, first.handled, first.gave_up) == (9 * HOUR, 60, 180, False)
    assert (gone.waited, gone.handled, gone.gave_up) == (240, None, True)
    late = day.calls[-1]
    assert (late.at, late.tier, late.extra) == (23.5 * HOUR, "gold", 60)
    assert (day.calls[-2].knows, day.calls[-2].affinity) == (centre.people.bo, "ticket")
    assert {server.id for server in found.servers} == set(vars(centre.people).values())
    assert set(found.delays) == {4.0}
    assert found.missed == pytest.approx(6 / 32)


def test_the_days_wished_for_are_whole_ones_before_today(centre: Centre) -> None:
    written.busy_days(centre, EARLIER, MONDAY, date(2026, 11, 17), date(2026, 11, 23))
    assert [day.date for day in known(centre).days] == ["2026-11-16", "2026-11-09"]
    assert [day.date for day in known(centre, weeks=1).days] == ["2026-11-16"]
    assert [day.date for day in known(centre, day="workdays", weeks=1).days] == ["2026-11-17", "2026-11-16"]
    assert known(centre, day="workdays", weeks=1).left_out == {"no_calls": 3}


def test_a_day_of_which_nobody_knows_who_was_there_is_left_out(centre: Centre) -> None:
    written.busy_days(centre, MONDAY)
    written.called(centre, written.at(EARLIER, "10:00"))
    assert known(centre).left_out == {"no_duty": 1, "no_calls": 2}


@pytest.mark.parametrize(
    ("calls", "has_duty", "reason"), [(0, True, "no_calls"), (30, False, "no_duty"), (19, True, "too_few")]
)
def test_where_too_little_is_known_it_is_told(centre: Centre, calls: int, has_duty: bool, reason: str) -> None:
    if has_duty:
        written.on_duty(centre, "alice", MONDAY, "08:00", "20:00")
    for n in range(calls):
        written.called(centre, written.at(MONDAY, "10:00") + timedelta(minutes=n))
    with pytest.raises(TooLittleKnown, match=reason):
        known(centre)


def test_time_with_calls_of_our_own_is_no_time_for_those_that_come_in(centre: Centre) -> None:
    written.busy_days(centre, MONDAY)
    written.called(centre, written.at(MONDAY, "09:30"), direction="callback", handled=600, waited=0)
    (day,) = known(centre).days
    assert len(day.calls) == 30
    assert day.duty[centre.people.alice] == ((9 * HOUR, 9.5 * HOUR), (9.5 * HOUR + 600, 10 * HOUR))


def test_whoever_is_still_signed_in_since_then_was_there(centre: Centre) -> None:
    written.busy_days(centre, MONDAY)
    written.on_duty(centre, "bo", MONDAY, "22:00", "23:00")
    centre.run("UPDATE agent_intervals SET ended_at = NULL WHERE agent_id = :bo", bo=centre.people.bo)
    assert known(centre).days[0].duty[centre.people.bo] == ((22 * HOUR, 26 * HOUR),)


def test_the_real_figures_are_those_of_the_wallboard(centre: Centre) -> None:
    written.busy_days(centre, MONDAY, calls=25)
    written.called(centre, written.at(MONDAY, "12:00"), waited=5)
    written.called(centre, written.at(MONDAY, "12:00"), waited=15, handled=None)
    real = past_days.as_they_were(known(centre))
    assert real["mean_wait"] == pytest.approx((20 * 60 + 5 * 240 + 5 + 15) / 27)
    assert real["level_of_answered"] == pytest.approx(1 / 21)
    assert real["level_of_all"] == pytest.approx(2 / 27)
    assert real["abandoned"] == pytest.approx(6 / 27)
