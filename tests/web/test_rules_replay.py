"""The replay next to the rules: permissions, period, progress, figures, exceeded budget, and each case."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

import workers.job
from callcenter.actions.empowerment import replays
from callcenter.storage.empowerment.budgets import Budget
from callcenter.storage.empowerment.replays import ReplayRow
from tests.factories import CARLA, Centre
from tests.recorded import SINCE, V12, V13, Records
from tests.site import SignIn, csrf_token
from workers import replays as job

PART = {"HX-Request": "true"}
PERIOD = {"since": "2026-11-01", "until": "2026-11-20"}


@pytest.fixture
def records(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> Records:
    centre.clock.now = SINCE + timedelta(days=20)
    monkeypatch.setattr(workers.job, "process_wiring", lambda: centre.wiring)
    made = Records(centre)
    made.rule_book(V12, number=12, state="published")
    made.rule_book(V13)
    return made


@pytest.fixture
def sam(signed_in: SignIn, records: Records) -> FlaskClient:
    assert records
    return signed_in("sam")


def ask(browser: FlaskClient, number: int = 13, **period: str) -> str:
    token = csrf_token(browser)
    answer = browser.post(f"/rules/{number}/replay", data={**PERIOD, **period, "csrf_token": token}, headers=PART)
    return answer.text


def shown(browser: FlaskClient, number: int = 13) -> str:
    return browser.get(f"/rules/{number}/replay", headers=PART).text


def worked_out(centre: Centre) -> None:
    for row in centre.rows(ReplayRow):
        job.replay(replay_id=row.id)


def cells(text: str, name: str) -> list[str]:
    row = text.split(f'<th scope="row">{name}</th>', 1)[1].split("</tr>", 1)[0]
    return re.findall(r"<td[^>]*>([^<]*)</td>", row)


def tickets(text: str) -> int:
    """How many are listed."""
    return len(re.findall(r'href="/tickets/\d+"', text))


def test_agents_may_not_see_it_and_an_unknown_version_is_not_there(signed_in: SignIn, records: Records) -> None:
    alice, sam = signed_in("alice"), signed_in("sam")
    for path in ("/rules/13/replay", "/rules/13/replay/cases"):
        assert alice.get(path).status_code == 403
    token = csrf_token(sam)
    assert sam.post("/rules/99/replay", data={**PERIOD, "csrf_token": token}).status_code == 404
    assert sam.get("/rules/99/replay").status_code == 404
    assert sam.get("/rules/13/replay/cases").status_code == 404
    assert sam.post("/rules/13/replay", data=PERIOD).status_code == 400  # without its token


def test_a_period_is_chosen_and_how_far_it_is_is_shown(sam: FlaskClient, records: Records) -> None:
    assert "Not replayed yet" in shown(sam)
    text = ask(sam)
    assert "It waits for its turn." in text
    assert 'data-live-every="2"' in text
    row = records.centre.rows(ReplayRow)[0]
    assert (row.since.isoformat(), row.until.isoformat()) == ("2026-11-01T07:00:00+00:00", "2026-11-21T08:00:00+00:00")
    with records.centre.wiring.work() as work:
        replays.begin(work, row.id)
    with records.centre.wiring.work() as work:
        replays.go_on(work, row.id, attempt=1, done=1200, to_do=4800, cases=[])
    text = shown(sam)
    assert "1,200 of 4,800 cases are decided again." in text
    assert '<progress class="what-if-progress" max="4800" value="1200"' in text


def test_a_period_that_is_none_is_said_to_be(sam: FlaskClient, records: Records) -> None:
    assert "The period ends before it begins." in ask(sam, since="2026-11-20", until="2026-11-01")
    assert "This is a date" in ask(sam, since="soon")
    assert records.centre.rows(ReplayRow) == []


def test_figures_budget_and_kinds_are_shown_and_lead_to_each_case(sam: FlaskClient, records: Records) -> None:
    centre = records.centre
    carla = centre.customer("Carla Ruiz", CARLA)
    with centre.wiring.work() as work:
        work.session.add(
            Budget(
                scope="team",
                team_id=centre.agent("alice").team_id,
                currency="USD",
                period="month",
                zone="UTC",
                amount=10_000,
                created_at=work.now,
            )
        )
    records.request("may", 2000, 2000)
    records.request("ask", 5000, 5000, customer_id=carla)
    records.request("ask", 6000, 0)
    records.request("not_asked", 4000, agent="bo")
    records.request("ask", 9000, 3000, erased=True)
    ask(sam)
    worked_out(centre)
    text = shown(sam)
    assert "4 decisions, and 1 request refused or never asked, decided again." in text
    assert cells(text, "Grants") == ["3", "5", "+2"]
    assert cells(text, "Money given") == ["$100", "$200", "+$100"]
    assert cells(text, "Approvals asked") == ["3", "1", "−2"]
    assert cells(text, "On hold for them, min") == ["9", "3", "−6"]
    assert cells(text, "Supervisors’ time, min") == ["4", "1", "−3"]
    assert cells(text, "Requests not met") == ["1", "0", "−1"]
    assert "Budget Team Delivery, 2026-11" in text
    assert "breaks on day 1, 170 %" in text
    assert "above it from 1 Nov on." in text
    assert "Affected: 3 customers, 2 agents." in text
    assert "1 case cannot be replayed" in text
    assert "Rule 1: late deliveries may get $60" in text
    listing = sam.get("/rules/13/replay/cases").text
    assert tickets(listing) == 3
    one_kind = sam.get("/rules/13/replay/cases?kind=ask-may").text
    assert tickets(one_kind) == 2
    assert re.search(rf'/customers/{carla}"[^>]*>Carla Ruiz</a>', one_kind)
    assert "H-2" in one_kind
    assert "$60 Credit" in one_kind
    assert "nothing" in one_kind
    assert "Bo Chen" not in one_kind
    assert tickets(sam.get("/rules/13/replay/cases?kind=not_asked-may&rule=1").text) == 1
    assert "No case of this kind" in sam.get("/rules/13/replay/cases?kind=ask-may&rule=2").text


def test_a_long_list_goes_on(sam: FlaskClient, records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.web.empowerment.rules_replay.PAGE", 2)
    for _ in range(3):
        records.request("ask", 5000, 5000)
    ask(sam)
    worked_out(records.centre)
    first = sam.get("/rules/13/replay/cases").text
    more = re.search(r'href="(/rules/13/replay/cases\?after=\d+)"', first)
    assert more
    assert (tickets(first), tickets(sam.get(more[1]).text)) == (2, 1)


def test_a_draft_that_was_changed_since_says_so_and_can_be_run_again(sam: FlaskClient, records: Records) -> None:
    records.request("ask", 5000, 5000)
    ask(sam)
    worked_out(records.centre)
    assert "The rules were changed since." not in shown(sam)
    records.centre.run("ALTER TABLE rule_books DISABLE TRIGGER USER")
    records.centre.run("UPDATE rule_books SET document = jsonb_set(document, '{rules,0,limits,grant}', '3000')")
    assert "The rules were changed since." in shown(sam)
    ask(sam)
    worked_out(records.centre)
    text = shown(sam)
    assert "The rules were changed since." not in text
    assert "None: this version decides all of it as it was decided." in text


def test_it_reads_in_chinese(sam: FlaskClient, records: Records) -> None:
    records.request("ask", 5000, 5000)
    ask(sam)
    worked_out(records.centre)
    records.centre.change("sam", language="zh")
    text = shown(sam)
    assert "延误配送可获补偿 $60" in text
    assert "Money given" not in text
