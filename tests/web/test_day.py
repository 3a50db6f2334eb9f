"""The chart of an agent's day: for the agent, and for supervisors everyone's."""

from datetime import UTC, datetime, timedelta

from callcenter.actions.agents import agents
from callcenter.actions.routing import agent_state
from callcenter.reports.agents import day
from callcenter.storage.administration.company import BreakReason
from tests.factories import Centre
from tests.site import SignIn

NOON = datetime(2026, 11, 20, 20, tzinfo=UTC)  # in Los Angeles


def _a_day(centre: Centre) -> None:
    """Alice: an hour free, ten minutes on a call, lunch of half an hour, lost. Bo: free throughout."""
    centre.clock.now = NOON
    with centre.wiring.work() as work:
        work.session.add(BreakReason(key="lunch", names={"en": "Lunch", "zh": "用餐"}))
    centre.available("alice", "bo")
    centre.clock.forward(3600)
    _, sid, _ = centre.talk()
    centre.clock.forward(600)
    centre.report(sid)
    centre.run("UPDATE interactions SET state = 'ended', finished_at = ended_at")
    centre.run("UPDATE offers SET is_open = false, ended_at = :now", now=centre.clock())
    with centre.wiring.work() as work:
        agent_state.refresh_state(work, centre.people.alice)
        agents.choose_status(work, centre.people.alice, "break", reason="lunch")
    centre.clock.forward(1800)
    with centre.wiring.work() as work:
        agents.sign_out(work, centre.people.alice, reason="connection_lost")
    centre.clock.forward(600)


def test_status_and_state_are_laid_over_each_other(centre: Centre) -> None:
    _a_day(centre)
    with centre.wiring.reading() as session:
        zone, now = "America/Los_Angeles", centre.clock()
        alice = day.of(session, centre.people.alice, day=NOON.date(), zone=zone, now=now)
        nobody = day.of(session, centre.people.alice, day=NOON.date() - timedelta(days=1), zone=zone, now=now)
        everybody = day.of_all(session, day=NOON.date(), zone=zone, now=now)
    assert alice
    assert nobody is None
    assert [(each.kind, round(each.seconds)) for each in alice.stretches] == [
        ("free", 3602),
        ("on_call", 600),
        ("break", 1800),
    ]
    assert alice.busy == 600 / 4202
    assert {agent.name: found.busy for agent, found in everybody.items()} == {
        "Alice Moreau": 600 / 4202,
        "Bo Chen": 0.0,
    }


def test_the_spread_is_that_of_the_busy_shares() -> None:
    assert day.spread([]) is None
    found = day.spread([0.2, 0.4, 0.6])
    assert found
    assert (found.count, found.least, found.most, round(found.mean, 9)) == (3, 0.2, 0.6, 0.4)
    assert round(found.deviation**2, 9) == round(0.08 / 3, 9)


def test_an_agent_sees_the_own_day_with_why_and_by_whom(centre: Centre, signed_in: SignIn) -> None:
    _a_day(centre)
    browser = signed_in("alice")
    page = browser.get("/day").text
    for words in (
        "Day of Alice Moreau",
        "Lunch",
        "the connection was lost",
        "the system",
        'class="band-break"',
        "12:00:00",
    ):
        assert words in page, words
    assert "Not signed in on this day" in browser.get("/day?on=2026-11-01").text
    assert browser.get("/day?on=tomorrow").status_code == 200
    assert browser.get(f"/agents/{centre.people.bo}/day").status_code == 403
    assert browser.get("/agents/day").status_code == 403


def test_a_supervisor_sees_everybody_and_how_even_the_work_was(centre: Centre, signed_in: SignIn) -> None:
    _a_day(centre)
    browser = signed_in("sam")
    page = browser.get("/agents/day").text
    for words in ("Alice Moreau", "Bo Chen", "Busiest", "14 %", "± 7.1 %"):
        assert words in page, words
    assert "Lunch" in browser.get(f"/agents/{centre.people.alice}/day?on=2026-11-20").text
    assert browser.get("/agents/999/day").status_code == 404
