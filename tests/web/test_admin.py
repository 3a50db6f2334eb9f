"""Administration pages: queues with rings and hours, permissions, and invalid input."""

import re

import pytest
from werkzeug.datastructures import MultiDict

from callcenter.storage.administration import company
from callcenter.storage.administration.company import Queue
from callcenter.wiring import Wiring
from tests.factories import Centre
from tests.site import SignIn, csrf_token

PAGES = ("/admin/queues", "/admin/queues/new", "/admin/skills", "/admin/numbers", "/admin/dry-run")


def form_of(text: str) -> "MultiDict[str, str]":
    """What a browser would send of the editor: every field as it stands."""
    form: MultiDict[str, str] = MultiDict()
    body = text.split('<form class="editor"', 1)[1].split("</form>", 1)[0]
    for tag in re.findall(r"<input[^>]*>", body):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in found and (found.get("type") not in ("checkbox", "radio") or " checked" in tag):
            form.add(found["name"], found.get("value", ""))
    for name, inner in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', body, re.S):
        chosen = (
            re.findall(r'<option value="([^"]*)" selected', inner) or re.findall(r'<option value="([^"]*)"', inner)[:1]
        )
        form.add(name, chosen[0] if chosen else "")
    for name, inner in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', body, re.S):
        form.add(name, inner)
    form["act"] = "save"
    return form


def write(form: "MultiDict[str, str]", values: dict[str, str]) -> None:
    """In place of what stood in these fields."""
    for name, value in values.items():
        form[name] = value


def stored(wiring: Wiring, queue_id: int) -> Queue:
    with wiring.reading() as session:
        row = company.queue(session, queue_id)
    assert row is not None
    return row


@pytest.mark.parametrize("path", PAGES)
def test_an_administrator_sees_every_page(signed_in: SignIn, centre: Centre, path: str) -> None:
    answer = signed_in("robin").get(path)
    assert answer.status_code == 200
    assert "<h1>" in answer.text


@pytest.mark.parametrize(
    "path", ["/admin/queues", "/admin/queues/1", "/admin/skills", "/admin/numbers", "/admin/dry-run"]
)
def test_a_supervisor_reads_and_cannot_change(signed_in: SignIn, centre: Centre, path: str) -> None:
    text = signed_in("sam").get(path).text
    assert "Routing" in text
    assert "Save" not in text.split("<main", 1)[1]


@pytest.mark.parametrize("path", PAGES)
def test_agents_are_told_that_it_is_not_for_them(signed_in: SignIn, centre: Centre, path: str) -> None:
    assert signed_in("alice").get(path).status_code == 403


def test_changes_are_for_administrators_alone(signed_in: SignIn, centre: Centre) -> None:
    browser = signed_in("sam")
    headers = {"X-CSRFToken": csrf_token(browser)}
    alice = centre.id_of("alice")
    paths = ("queues/new", f"queues/{centre.billing}", f"queues/{centre.billing}/use", "skills", "numbers", "breaks")
    for path in (*paths, f"skills/agents/{alice}/skill/delivery"):
        assert browser.post(f"/admin/{path}", headers=headers).status_code == 403


def test_a_queue_is_set_up_with_rings_hours_and_holidays(signed_in: SignIn, centre: Centre, wiring: Wiring) -> None:
    browser = signed_in("robin")
    with wiring.work() as work:
        work.session.add(company.Skill(key="billing", names={"en": "Billing", "zh": "账单"}))
    path = f"/admin/queues/{centre.billing}"
    form = form_of(browser.get(path).text)
    write(form, {"act": "add-ring", "hours.tue": "9-12:30, 13:30-18", "names.en": "Bills"})
    more = browser.post(path, data=form)
    form = form_of(more.text)
    assert form["policy.rings.0.after"] == "30"
    assert form["names.en"] == "Bills"
    write(
        form, {"policy.rings.0.own_skills": "yes", "policy.rings.0.skills.billing": "1", "policy.skills.billing": "3"}
    )
    form.add("policy.rings.0.roles", "supervisor")
    write(form, {"country": "US", "holidays_year": "2026", "act": "add-holidays"})
    form = form_of(browser.post(path, data=form).text)
    assert "2026-12-25" in form.getlist("holidays")
    answer = browser.post(path, data=form)
    assert answer.status_code == 302, answer.text
    row = stored(wiring, centre.billing)
    assert row.names["en"] == "Bills"
    assert row.hours["tue"] == [["09:00", "12:30"], ["13:30", "18:00"]]
    assert "2026-07-04" in row.holidays
    assert row.policy.skills == {"billing": 3}
    [ring] = row.policy.rings
    assert (ring.after, ring.skills, ring.roles) == (30, {"billing": 1}, ("agent", "supervisor"))
    assert "QueueChanged" in centre.kinds()
    assert "HoursChanged" in centre.kinds()


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    signed_in: SignIn, centre: Centre, wiring: Wiring
) -> None:
    browser = signed_in("robin")
    path = f"/admin/queues/{centre.billing}"
    form = form_of(browser.get(path).text)
    write(
        form,
        {
            "names.zh": "",
            "greetings.en": "Good day, this is billing.",
            "target_percent": "120",
            "priority": "high",
            "hours.mon": "18:00-09:00",
            "hours.fri": "all day",
            "zone": "Mars/Base",
            "policy.max_wait": "600",
        },
    )
    answer = browser.post(path, data=form)
    assert answer.status_code == 422
    for sentence in ("At most 100.", "Write a number.", "2 fields are not right"):
        assert sentence in answer.text
    assert form_of(answer.text)["greetings.en"] == "Good day, this is billing."
    write(form, {"target_percent": "80", "priority": "5"})
    answer = browser.post(path, data=form)
    for sentence in (
        "The queue needs a name in this language.",
        "18:00–09:00 ends before it begins.",
        "Write hours as 09:00–12:30, several with a comma between.",
        "There is no such time zone",
        "Choose what happens after the longest wait.",
    ):
        assert sentence in answer.text, sentence
    assert form_of(answer.text)["hours.fri"] == "all day"
    assert stored(wiring, centre.billing).names["zh"] == "账单"


def test_rings_that_do_not_open_one_after_another_are_refused(signed_in: SignIn, centre: Centre) -> None:
    browser = signed_in("robin")
    path = f"/admin/queues/{centre.billing}"
    form = form_of(browser.get(path).text)
    for _ in range(2):
        form["act"] = "add-ring"
        form = form_of(browser.post(path, data=form).text)
    form["policy.rings.1.after"] = "30"
    answer = browser.post(path, data=form)
    assert answer.status_code == 422
    assert "This ring must open later than the one before it, which opens after 30 s." in answer.text


def test_rings_change_places_and_keep_the_seconds_in_order(signed_in: SignIn, centre: Centre) -> None:
    browser = signed_in("robin")
    path = f"/admin/queues/{centre.billing}"
    form = form_of(browser.get(path).text)
    for _ in range(2):
        form["act"] = "add-ring"
        form = form_of(browser.post(path, data=form).text)
    form.add("policy.rings.0.tiers", "gold")
    form["act"] = "down-ring-0"
    form = form_of(browser.post(path, data=form, headers={"HX-Request": "true"}).text)
    assert form.getlist("policy.rings.1.tiers") == ["gold"]
    assert [form[f"policy.rings.{place}.after"] for place in (0, 1)] == ["30", "60"]
    form["act"] = "remove-ring-1"
    form = form_of(browser.post(path, data=form).text)
    assert form["rings"] == "1"
    assert not form.getlist("policy.rings.0.tiers")


def test_a_late_save_shows_what_was_saved_beside_what_was_written(
    signed_in: SignIn, centre: Centre, wiring: Wiring
) -> None:
    browser = signed_in("robin")
    path = f"/admin/queues/{centre.delivery}"
    with wiring.work() as work:
        work.session.add(company.Skill(key="delivery", names={"en": "Delivery", "zh": "配送"}))
    mine = form_of(browser.get(path).text)
    theirs = form_of(browser.get(path).text)
    theirs["priority"] = "30"
    assert browser.post(path, data=theirs).status_code == 302
    mine["priority"] = "45"
    late = browser.post(path, data=mine)
    assert late.status_code == 409
    assert "Somebody changed this queue while you wrote." in late.text
    assert "Saved meanwhile: 30" in late.text
    assert browser.post(path, data=form_of(late.text)).status_code == 302
    assert stored(wiring, centre.delivery).priority == 45


def test_a_skill_that_is_gone_does_not_vanish_from_a_queue_unseen(
    signed_in: SignIn, centre: Centre, wiring: Wiring
) -> None:
    browser = signed_in("robin")
    path = f"/admin/queues/{centre.delivery}"
    form = form_of(browser.get(path).text)
    refused = browser.post(path, data=form)
    assert refused.status_code == 422
    assert "There is no skill delivery." in refused.text
    form["policy.skills.delivery"] = ""
    assert browser.post(path, data=form).status_code == 302
    assert stored(wiring, centre.delivery).policy.skills == {}


def test_a_new_queue_needs_a_key_of_its_own(signed_in: SignIn, centre: Centre, wiring: Wiring) -> None:
    browser = signed_in("robin")
    form = form_of(browser.get("/admin/queues/new").text)
    write(form, {"key": "delivery", "names.en": "Repairs", "names.zh": "维修"})
    answer = browser.post("/admin/queues/new", data=form)
    assert answer.status_code == 422
    assert "There is already a queue of this key." in answer.text
    form["key"] = "repairs"
    assert browser.post("/admin/queues/new", data=form).status_code == 302
    assert "Repairs" in browser.get("/admin/queues").text


def test_a_queue_that_a_number_leads_to_stays_in_use(signed_in: SignIn, centre: Centre, wiring: Wiring) -> None:
    browser = signed_in("robin")
    headers = {"X-CSRFToken": csrf_token(browser), "HX-Request": "true"}
    answer = browser.post(f"/admin/queues/{centre.billing}/use", headers=headers)
    assert answer.status_code == 409
    assert "The number +14155550100 leads to this queue." in answer.text
    assert stored(wiring, centre.billing).is_active


def test_a_forged_form_breaks_nothing(signed_in: SignIn, centre: Centre, wiring: Wiring) -> None:
    browser = signed_in("robin")
    path = f"/admin/queues/{centre.billing}"
    good = form_of(browser.get(path).text)
    forged = (
        {"rings": "9" * 5000},
        {"act": "up-ring-" + "9" * 5000},
        {"act": "add-holidays", "holidays_year": "9" * 5000, "country": "Nowhere"},
        {"act": "explode"},
        {"names.en": "B\x00ill", "policy.skills.billing": ""},
        {"policy.aging": "nan", "policy.overflow_queue": "9" * 40},
        {"policy.wrap_up": "never", "policy.callbacks.first": "nobody", "policy.channels": "smoke"},
        {"holidays": "\x00", "zone": "\x00", "hours.mon": "\x00"},
    )
    for change in forged:
        form = good.copy()
        write(form, change)
        assert browser.post(path, data=form).status_code in (200, 302, 409, 422), change
    assert browser.post(path, data={"csrf_token": good["csrf_token"]}).status_code == 422
