"""Empowerment rule pages: drafts, changes, review and publication with their permissions, and export as files."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from callcenter.actions.empowerment import rule_books
from callcenter.domain.empowerment import files
from callcenter.domain.states import BookState
from callcenter.storage.empowerment import rule_books as rows
from callcenter.storage.empowerment.departments import Cause, System
from callcenter.storage.empowerment.rule_books import RuleBookRow
from tests.factories import Centre
from tests.rule_book import BOOK, book
from tests.site import SignIn, csrf_token


@pytest.fixture
def draft(centre: Centre) -> int:
    """A draft by Sam against what is published."""
    published(centre)
    with centre.wiring.work() as work:
        return rule_books.draft(work, actor=centre.actor("sam")).number


def published(centre: Centre) -> None:
    with centre.wiring.work() as work:
        row = rule_books.bring_in(work, text=BOOK, actor=centre.actor("sam"))
        row.state, row.published_at, row.effective_from = BookState.PUBLISHED, work.now, work.now


def row(centre: Centre, number: int) -> RuleBookRow:
    with centre.wiring.reading() as session:
        found = rows.get(session, number)
    assert found is not None
    return found


def sent(
    browser: FlaskClient, path: str, values: "dict[str, str] | MultiDict[str, str]", *, part: bool = False
) -> TestResponse:
    headers = {"X-CSRFToken": csrf_token(browser)} | ({"HX-Request": "true"} if part else {})
    return browser.post(path, data=values, headers=headers)


def form_of(text: str) -> "MultiDict[str, str]":
    """What a browser would send of the open rule: every field as it stands."""
    body = re.split(r'<form class="rule-form editor"', text, maxsplit=1)[1].split("</form>", 1)[0]
    form: MultiDict[str, str] = MultiDict()
    for tag in re.findall(r"<input[^>]*>", body):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in found and (found.get("type") not in ("checkbox", "radio") or " checked" in tag):
            form.add(found["name"], found.get("value", ""))
    for name, inner in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', body, re.S):
        form.add(name, (re.findall(r'<option value="([^"]*)" selected', inner) or [""])[0])
    for name, inner in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', body, re.S):
        form.add(name, inner)
    form["act"] = "save"
    return form


def test_what_is_in_force_is_read_as_a_manager_reads_it(signed_in: SignIn, centre: Centre) -> None:
    published(centre)
    text = signed_in("sam").get("/rules/", follow_redirects=True).text
    assert "Published 1" in text
    assert "in force since" in text
    for words in (
        "Late, missed; us, our carrier",
        "$150 a customer a year",
        "8 % of 12 months’ value",
        "never above",
        "may with reason",
        "ask supervisor",
    ):
        assert words in text, words


def test_without_any_rules_the_page_says_how_to_begin(signed_in: SignIn, centre: Centre) -> None:
    sam = signed_in("sam")
    assert "There are no rules yet" in sam.get("/rules/").text
    answer = sent(sam, "/rules/", {})
    assert answer.headers["Location"].endswith("/rules/1")
    assert "Draft 1" in sam.get("/rules/1").text


def test_agents_do_not_see_the_rules(signed_in: SignIn, draft: int) -> None:
    alice = signed_in("alice")
    for path in (
        "/rules/",
        f"/rules/{draft}",
        f"/rules/{draft}.yaml",
        f"/rules/{draft}/remedies",
        "/rules/company",
        "/rules/file",
    ):
        assert alice.get(path).status_code == 403


def test_a_rule_is_changed_in_place_and_its_row_says_what_differs(
    signed_in: SignIn, centre: Centre, draft: int
) -> None:
    sam = signed_in("sam")
    form = form_of(sam.get(f"/rules/{draft}/rules/12").text)
    assert form["limits.customer"] == "150"
    form["limits.customer"] = "$200"
    form["act"] = "and:with_us_days"
    grown = sent(sam, f"/rules/{draft}/rules/12", form, part=True)
    form = form_of(grown.text)
    assert form["limits.customer"] == "$200"
    assert "with_us_days" in form.getlist("has")
    form["c.with_us_days.min"] = "90"
    assert sent(sam, f"/rules/{draft}/rules/12", form).status_code == 302
    rule = row(centre, draft).book.rule(12)
    assert rule is not None
    assert (rule.limits.customer, rule.who.wanted_values()["with_us_days"].min) == (20000, 90)
    text = sam.get(f"/rules/{draft}?only=changes").text
    assert '<del class="was">$150 a customer a year</del>' in text
    assert '<ins class="is-new">$200 a customer a year</ins>' in text
    assert '<ins class="is-new">days with us ≥ 90</ins>' in text
    assert 'id="rule-12"' in text
    assert 'id="rule-15"' not in text
    assert "1 changed" in text


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"limits.grant": "-5"}, "more than nothing"),
        ({"limits.grant": "1.005"}, "no smaller part"),
        ({"limits.grant": "€5"}, "This is given in USD"),
        ({"limits.grant": "99999999999"}, "more than anybody may give"),
        ({"limits.grant": "", "limits.customer": ""}, "What may be given needs a limit."),
        ({"limits.customer_days": "0"}, "At least 1."),
        ({"why.en": "up to {gold}"}, "there is no {gold}"),
        ({"why.zh": ""}, "This is needed."),
        ({"c.cause": ""}, "This is needed."),
        ({"outcome": "perhaps"}, "Choose one of these."),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_kept(
    signed_in: SignIn, centre: Centre, draft: int, values: dict[str, str], says: str
) -> None:
    sam = signed_in("sam")
    form = form_of(sam.get(f"/rules/{draft}/rules/12").text)
    for name, value in values.items():
        form[name] = value
    answer = sent(sam, f"/rules/{draft}/rules/12", form)
    assert answer.status_code == 422
    assert says in answer.text
    assert "Nothing was saved." in answer.text
    assert form_of(answer.text)["why.zh"] == form["why.zh"]
    assert row(centre, draft).book == book()


def test_a_save_that_comes_too_late_shows_both_versions_and_whose(
    signed_in: SignIn, centre: Centre, draft: int
) -> None:
    sam, robin = signed_in("sam"), signed_in("robin")
    mine, theirs = (form_of(each.get(f"/rules/{draft}/rules/15").text) for each in (sam, robin))
    theirs["limits.grant"] = "30"
    assert sent(robin, f"/rules/{draft}/rules/15", theirs).status_code == 302
    mine["limits.grant"] = "40"
    answer = sent(sam, f"/rules/{draft}/rules/15", mine)
    assert answer.status_code == 409
    assert "Robin Hale changed this rule while you wrote." in answer.text
    assert "Saved meanwhile: 30" in answer.text
    again = form_of(answer.text)
    assert again["limits.grant"] == "40"
    assert sent(sam, f"/rules/{draft}/rules/15", again).status_code == 302
    assert row(centre, draft).book.rule(15).limits.grant == 4000  # type: ignore[union-attr]


def test_a_rule_is_added_for_a_gap_moved_taken_out_and_put_back(signed_in: SignIn, centre: Centre, draft: int) -> None:
    sam = signed_in("sam")
    form = form_of(sam.get(f"/rules/{draft}/rules/new?cause=colour").text)
    assert (form["id"], form.getlist("c.cause")) == ("23", ["colour"])
    form.update(
        {
            "outcome": "may",
            "limits.grant": "15",
            "why.en": "another colour came: {grant}",
            "why.zh": "颜色不符：{grant}",
        }
    )
    form["outcome"], form["limits.grant"] = "may", "15"
    form["why.en"], form["why.zh"] = "another colour came: {grant}", "颜色不符：{grant}"
    assert sent(sam, f"/rules/{draft}/rules/new", form).status_code == 302
    sent(sam, f"/rules/{draft}/rules/23/place", {"act": "earlier"})
    assert [rule.id for rule in row(centre, draft).book.rules] == [3, 12, 15, 23, 22]
    gone = form_of(sam.get(f"/rules/{draft}/rules/15").text)
    gone["act"] = "remove"
    sent(sam, f"/rules/{draft}/rules/15", gone)
    text = sam.get(f"/rules/{draft}").text
    assert "1 new" in text
    assert "1 removed" in text
    sent(sam, f"/rules/{draft}/rules/15/place", {"act": "restore"})
    assert [rule.id for rule in row(centre, draft).book.rules] == [3, 12, 15, 23, 22]


def test_who_is_asked_is_a_row_of_steps(signed_in: SignIn, centre: Centre, draft: int) -> None:
    sam = signed_in("sam")
    form = form_of(sam.get(f"/rules/{draft}/rules/22").text)
    form["act"] = "step"
    form = form_of(sent(sam, f"/rules/{draft}/rules/22", form, part=True).text)
    form["ask.0.up_to"], form["ask.1.role"], form["ask.1.seconds"] = "250", "administrator", "60"
    assert sent(sam, f"/rules/{draft}/rules/22", form).status_code == 302
    steps = row(centre, draft).book.rule(22).asks.steps  # type: ignore[union-attr]
    assert [(one.role, one.seconds, one.up_to) for one in steps] == [
        ("supervisor", 120, 25000),
        ("administrator", 60, None),
    ]
    form = form_of(sam.get(f"/rules/{draft}/rules/22").text)
    form["ask.1.role"], form["ask.1.level"] = "supervisor", "1"
    answer = sent(sam, f"/rules/{draft}/rules/22", form)
    assert "The same people are asked twice." in answer.text


def test_contradictions_and_rules_that_never_apply_are_pointed_out_while_editing(
    signed_in: SignIn, centre: Centre, draft: int
) -> None:
    sam = signed_in("sam")
    form = form_of(sam.get(f"/rules/{draft}/rules/15").text)
    form["act"] = "drop:cause"
    form = form_of(sent(sam, f"/rules/{draft}/rules/15", form, part=True).text)
    form.setlist("remedies", [])
    sent(sam, f"/rules/{draft}/rules/15", form)
    with centre.wiring.work() as work:
        work.session.add(Cause(key="late", names={"en": "Delivery late", "zh": "配送延误"}))
    text = sam.get(f"/rules/{draft}").text
    assert "Rule 12 asks for what there is not: cause: missed" in text
    sent(sam, f"/rules/{draft}/rules/15/place", {"act": "earlier"})
    assert "Rule 12 can never apply, 15 comes first" in sam.get(f"/rules/{draft}").text
    form = form_of(sam.get(f"/rules/{draft}/rules/15").text)
    form["act"] = "and:product"
    form = form_of(sent(sam, f"/rules/{draft}/rules/15", form, part=True).text)
    form["c.product"] = "Dishwasher"
    sent(sam, f"/rules/{draft}/rules/15", form)
    assert "Rules 15 and 12 contradict each other for" in sam.get(f"/rules/{draft}").text


def test_a_second_person_reviews_and_an_administrator_publishes_for_a_time(
    signed_in: SignIn, centre: Centre, draft: int
) -> None:
    sam, robin = signed_in("sam"), signed_in("robin")
    form = form_of(sam.get(f"/rules/{draft}/rules/15").text)
    form["limits.grant"] = "30"
    sent(sam, f"/rules/{draft}/rules/15", form)

    def step(browser: FlaskClient, act: str, **values: str) -> TestResponse:
        return sent(browser, f"/rules/{draft}/step", {"act": act, "version": str(row(centre, draft).version), **values})

    assert step(sam, "submit", note="More for a late delivery").status_code == 302
    assert "somebody else reviews it" in sam.get(f"/rules/{draft}").text
    assert step(sam, "accept").status_code == 409
    assert "More for a late delivery" in robin.get(f"/rules/{draft}").text
    answer = step(robin, "send_back")
    assert answer.status_code == 422
    assert "Say what should be changed." in answer.text
    assert step(robin, "accept").status_code == 302
    assert "An administrator publishes it." in sam.get(f"/rules/{draft}").text
    at = (centre.clock.now + timedelta(hours=2)).astimezone(ZoneInfo("America/Los_Angeles")).replace(tzinfo=None)
    values = {"version": str(row(centre, draft).version), "over": "1", "when": "later"}
    assert sent(sam, f"/rules/{draft}/publish", values).status_code == 403
    for wrong, says in (("", "Choose a day"), ("2020-01-01T10:00", "past"), ("2027-03-14T02:30", "put forward")):
        refused = sent(robin, f"/rules/{draft}/publish", {**values, "effective_from": wrong})
        assert refused.status_code == 422
        assert says in refused.text
    assert (
        sent(robin, f"/rules/{draft}/publish", {**values, "over": "7", "effective_from": at.isoformat()}).status_code
        == 409
    )
    assert sent(robin, f"/rules/{draft}/publish", {**values, "effective_from": at.isoformat()}).status_code == 302
    assert row(centre, draft).effective_from == centre.clock.now + timedelta(hours=2)
    assert "in force from" in sam.get(f"/rules/{draft}").text
    assert f"Version {draft} comes into force" in sam.get("/rules/1").text
    assert isinstance(at, datetime)


def test_rules_go_out_and_come_in_as_the_same_file(signed_in: SignIn, centre: Centre, draft: int) -> None:
    sam = signed_in("sam")
    answer = sam.get(f"/rules/{draft}.yaml")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="rules-{draft}.yaml"'
    assert files.read(answer.text) == book()
    back = sent(sam, "/rules/file", {"text": answer.text})
    assert back.headers["Location"].endswith(f"/rules/{draft + 1}")
    assert row(centre, draft + 1).book == book()


def test_a_file_that_cannot_be_used_says_all_that_is_wrong(signed_in: SignIn, centre: Centre) -> None:
    sam = signed_in("sam")
    wrong = BOOK.replace("outcome: ask", "outcome: perhaps\n  colour: <red>").replace("format: 1\n", "")
    answer = sent(sam, "/rules/file", {"text": wrong})
    assert answer.status_code == 422
    assert "format" in answer.text
    answer = sent(sam, "/rules/file", {"text": "format: 1\n" + wrong})
    assert "2 things are not right" not in answer.text.split("<h1>")[0]
    for place in ("rule 22: outcome", "rule 22: colour"):
        assert place in answer.text
    assert "&lt;red&gt;" in answer.text
    assert sent(sam, "/rules/file", {"text": "a: &a [*a]"}).status_code == 422
    assert centre.rows(RuleBookRow) == []


def test_a_remedy_is_written_and_read_back(signed_in: SignIn, centre: Centre, draft: int) -> None:
    sam = signed_in("sam")
    path = f"/rules/{draft}/remedies"
    form = form_of(sam.get(f"{path}?open=new").text)
    for name, value in {
        "key": "express", "names.en": "Express", "names.zh": "加急", "kind": "express", "unit": "count",
        "costs": "USD 12; CNY 80", "sms.en": "{name}: it comes {count} times", "sms.zh": "{name}：加急配送",
        "fields.0.key": "day", "fields.0.en": "Day", "fields.0.zh": "日期", "fields.0.kind": "date",
    }.items():  # fmt: skip
        form[name] = value
    assert sent(sam, path, form).status_code == 302
    remedy = row(centre, draft).book.remedy("express")
    assert remedy is not None
    assert (remedy.costs, remedy.fields[0].kind) == ({"USD": 1200, "CNY": 8000}, "date")
    form = form_of(sam.get(f"{path}?open=express").text)
    assert form["costs"] == "CNY 80; USD 12"
    for name, value, says in (
        ("costs", "much", "Write it as"), ("sms.en", "{gold}", "there is no {gold}"), ("how", "webhook", "Choose the system"),
        ("unit", "money", "Costs are for"), ("kind", "bribe", "Choose one of these."),
    ):  # fmt: skip
        answer = sent(
            sam, path, MultiDict([*((key, one) for key, one in form.items(multi=True) if key != name), (name, value)])
        )
        assert answer.status_code == 422, name
        assert says in answer.text
    voucher = form_of(sam.get(f"{path}?open=voucher").text)
    voucher["act"] = "remove"
    assert "Rules name this remedy: 15" in sent(sam, path, voucher).text
    form["act"] = "remove"
    assert sent(sam, path, form).status_code == 302
    assert row(centre, draft).book.remedy("express") is None


def test_an_administrator_keeps_what_rules_refer_to(signed_in: SignIn, centre: Centre) -> None:
    robin, sam = signed_in("robin"), signed_in("sam")
    new = {"key": "delivery", "names.en": "Delivery", "names.zh": "配送部"}
    assert sent(robin, "/rules/company/departments", new).status_code == 302
    cause = {"key": "late", "names.en": "Delivery late", "names.zh": "配送延误", "department_id": "1"}
    assert sent(robin, "/rules/company/causes", cause).status_code == 302
    (made,) = centre.rows(Cause)
    assert (made.key, made.department_id) == ("late", 1)
    assert "This key is taken." in sent(robin, "/rules/company/causes", cause).text
    assert sent(robin, f"/rules/company/causes/{made.id}", {**cause, "is_active": ""}).status_code == 302
    assert not centre.rows(Cause)[0].is_active
    for url in (
        "http://shop.example",
        "https://user:secret@shop.example",
        "ftp://shop.example",
        "https://",
        "nonsense",
    ):
        assert sent(robin, "/rules/company/systems", {"key": "shop", "url": url}).status_code == 422
    shown = sent(robin, "/rules/company/systems", {"key": "shop", "url": "https://shop.example/grants"}).text
    (system,) = centre.rows(System)
    assert system.secret in shown
    assert system.secret not in robin.get("/rules/company").text
    renewed = sent(robin, f"/rules/company/systems/{system.id}", {"url": system.url, "act": "secret"}).text
    assert system.secret not in renewed
    assert centre.rows(System)[0].secret in renewed
    bo = centre.id_of("bo")
    assert sent(robin, f"/rules/company/people/{bo}", {"level": "3", "mobile": "+1 415 555 0123"}).status_code == 302
    assert (centre.agent("bo").level, centre.agent("bo").mobile) == (3, "+14155550123")
    taken = sent(robin, f"/rules/company/people/{centre.id_of('sam')}", {"level": "3", "mobile": "+14155550123"})
    assert "Bo Chen has this number already." in taken.text
    assert sent(robin, f"/rules/company/people/{bo}", {"level": "10", "mobile": ""}).status_code == 422
    assert sent(sam, "/rules/company/departments", new).status_code == 403
    assert "Changes are made by an administrator." in sam.get("/rules/company").text


def test_the_rules_speak_chinese(signed_in: SignIn, centre: Centre, draft: int) -> None:
    centre.change("sam", language="zh")
    sam = signed_in("sam")
    for path in (f"/rules/{draft}?open=12", f"/rules/{draft}/remedies?open=credit", "/rules/company", "/rules/file"):
        text = sam.get(path).text
        assert 'lang="zh-CN"' in text
        assert "授权规则" in text
