"""Pages of budgets and department requests: balances, administrators' changes, departments' answers."""

from datetime import timedelta

from werkzeug.test import TestResponse

from callcenter import operations
from callcenter.reports.empowerment import budgets as report
from callcenter.storage.empowerment import budgets as money
from callcenter.storage.empowerment.budgets import Budget
from callcenter.storage.empowerment.departments import DepartmentRequest
from tests.empowered import Counter
from tests.site import SignIn, csrf_token


def post(signed_in: SignIn, name: str, path: str, **sent: object) -> TestResponse:
    browser = signed_in(name)
    return browser.post(path, data={"csrf_token": csrf_token(browser), **sent})


def test_the_page_says_how_a_budget_stands_in_a_picture_a_table_and_a_sentence(
    counter: Counter, signed_in: SignIn
) -> None:
    budget_id = counter.budget(20_000)
    counter.at_screen("sam")
    counter.make_grant("credit", 6000)
    counter.ask("credit", 11_000)
    sam = signed_in("sam")
    for path in ("/budgets/", f"/budgets/{budget_id}"):
        page = sam.get(path).text
        assert "$60 given and $110 held of $200; $30 is left." in page, path
        assert '<polyline class="burn-left"' in page
        assert "85 % used" in page
    assert "26-4" in page  # the ledger names the ticket
    assert page.count('<td class="keep">held</td>') == 1
    assert "Change the budget" not in page  # supervisors look
    assert signed_in("alice").get("/budgets/").status_code == 403


def test_the_burn_down_is_the_ledger_day_by_day(counter: Counter) -> None:
    centre = counter.centre
    centre.clock.now = centre.clock.now.replace(year=2031, month=3, day=2, hour=20)
    budget_id = counter.budget(30_000)
    counter.make_grant("credit", 6000, by="sam")
    centre.clock.forward(10 * 86_400)  # over the hour that is missing on 9 March
    counter.make_grant("credit", 9000, by="sam")
    with centre.wiring.reading() as session:
        budget, period = money.get(session, budget_id), money.period_at(session, budget_id, centre.clock.now)
        assert budget is not None
        assert period is not None
        course = report.course(session, budget, period, centre.clock.now)
    assert [(one.committed, one.limit) for one in course.points] == [(6000, 30_000), (15_000, 30_000)]
    assert course.points[0].at.isoformat() == "2031-03-03T00:00:00-08:00"
    assert course.points[-1].at == centre.clock.now
    assert course.spent_by is not None
    whole = period.ends_at - period.starts_at
    assert whole == timedelta(days=31) - timedelta(hours=1)
    assert course.pace == int(30_000 * ((centre.clock.now - period.starts_at) / whole))


def test_robin_makes_changes_and_retires_a_budget_with_a_reason(counter: Counter, signed_in: SignIn) -> None:
    centre = counter.centre
    form = {
        "whom": f"agent:{centre.id_of('alice')}",
        "amount": "$1,000.50",
        "currency": "usd",
        "period": "month",
        "warn_percent": "80",
        "zone": "America/Los_Angeles",
    }
    assert post(signed_in, "robin", "/budgets/", **form).status_code == 302
    (row,) = centre.rows(Budget)
    assert (row.scope, row.agent_id, row.amount, row.currency) == ("agent", centre.id_of("alice"), 100_050, "USD")
    again = post(signed_in, "robin", "/budgets/", **form)
    assert (again.status_code, "There is such a budget already" in again.text) == (422, True)
    change = {"version": row.version, "warn_percent": "70"}
    assert "Say why it is changed." in post(signed_in, "robin", f"/budgets/{row.id}", amount="50", **change).text
    counter.make_grant("credit", 6000)
    low = post(signed_in, "robin", f"/budgets/{row.id}", amount="59.99", note="Less", **change)
    assert (low.status_code, "$60 is given or held already" in low.text) == (422, True)
    assert post(signed_in, "robin", f"/budgets/{row.id}", amount="60", note="Less", **change).status_code == 302
    stale = post(signed_in, "robin", f"/budgets/{row.id}", amount="80", note="More", **change)
    assert stale.status_code == 409
    assert centre.row(Budget, row.id).amount == 6000
    for amount in ("-5", "1.005", "€80", "many", "99999999999"):
        assert (
            post(signed_in, "robin", f"/budgets/{row.id}", amount=amount, note="x", warn_percent="80").status_code
            == 422
        ), amount
    for name in ("sam", "alice"):
        assert post(signed_in, name, f"/budgets/{row.id}/retire").status_code == 403
    assert post(signed_in, "robin", f"/budgets/{row.id}/retire").status_code == 302
    assert not centre.row(Budget, row.id).is_active
    counter.ledger_holds()


def test_a_department_answers_and_what_failed_is_tried_again(counter: Counter, signed_in: SignIn) -> None:
    centre = counter.centre
    counter.department("warehouse", "bo")
    grant = counter.make_grant("express", 1, fields={"day": "2026-11-30"})
    operations.fulfil(centre.wiring, grant.id)
    (row,) = centre.rows(DepartmentRequest)
    listed = signed_in("bo").get("/requests/").text
    assert "Warehouse" in listed
    assert "Express redelivery" in listed
    assert 'value="done"' in listed
    assert 'value="done"' not in signed_in("alice").get("/requests/").text
    assert post(signed_in, "alice", f"/requests/{row.id}", outcome="done").status_code == 403
    assert post(signed_in, "bo", f"/requests/{row.id}", outcome="refused").status_code == 422
    assert post(signed_in, "bo", f"/requests/{row.id}", outcome="refused", answer="No truck").status_code == 302
    assert counter.grant(grant.id).state == "failed"
    assert "“No truck”" in signed_in("bo").get("/requests/?state=answered").text
    failed = signed_in("sam").get("/requests/?state=failed").text
    assert "No truck" in failed
    assert "Not carried out" not in signed_in("bo").get("/requests/?state=failed").text
    assert post(signed_in, "bo", f"/requests/grants/{grant.id}/try-again").status_code == 403
    assert post(signed_in, "sam", f"/requests/grants/{grant.id}/try-again").status_code == 302
    assert counter.grant(grant.id).next_try_at == centre.clock.now
