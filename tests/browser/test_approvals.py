"""Two approvers and an agent in a call: claimed and lowered while the other watches; no answer; the budget burns down."""

import json
import re
from copy import deepcopy

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import test_granting as granting
from tests.browser.system import System
from tests.browser.test_journey import ENGLISH, close

SECONDS = 120


def book() -> dict[str, object]:
    """Credit is asked with time to think; a refund runs out soon, first for supervisors, then for administrators."""
    rules = deepcopy(granting.BOOK)
    why = granting.both("more is for a supervisor to say", "更多由班长决定")
    steps = [{"role": "supervisor", "seconds": SECONDS}, {"role": "administrator", "seconds": SECONDS}]
    soon = granting.rule(20, "ask", ["refund"], why, who=granting.AGENT, ask={"steps": steps})
    own = granting.rule(
        19,
        "may",
        ["refund"],
        granting.both("a little", "少量"),
        who=granting.AGENT,
        limits={"grant": 3000, "ticket": 20_000},
    )
    kept = [one for one in rules["rules"] if one["id"] in (14, 21)]  # type: ignore[attr-defined]
    return {**rules, "rules": [own, soon, *kept]}


@pytest.fixture(scope="module", autouse=True)
def rules(system: System) -> None:
    system.write(granting.PUBLISH, document=json.dumps(book()))
    system.write("UPDATE budgets SET is_active = false")
    system.write("UPDATE grants SET created_at = created_at - interval '3 years'")
    system.write("UPDATE approvals SET state = 'expired', step_ends_at = NULL WHERE state = 'open'")


def test_one_takes_it_and_lowers_it_while_the_other_watches_then_nobody_answers(
    system: System, browser: Browser
) -> None:
    sam, robin = system.look(browser), system.look(browser, width=390, height=844)
    system.sign_in(robin, "robin", path="/budgets/new")
    a_budget_is_made(robin)
    system.sign_in(sam, "sam", path="/approvals/")
    robin.goto(f"{system.web}/approvals/")
    expect(sam.locator("#approvals-list")).to_contain_text("No questions are waiting")
    desk, phone = granting.on_the_line(system, browser, ENGLISH)
    granting.accept(desk)

    ask(desk, "Credit", "$140", "Second morning off work lost.")
    for page in (sam, robin):
        expect(page.locator(".ask-row")).to_contain_text("$140 credit on account")
        expect(page.locator("#approvals-count")).to_contain_text("1")
    expect(desk.locator("#card .give")).to_contain_text("saw it")
    sam.keyboard.press("1")
    expect(sam.locator("#approval-view")).to_contain_text("Second morning off work lost.")
    expect(sam.locator("#approval-view")).to_contain_text("Carla is on hold")
    expect(sam.get_by_role("button", name="Let it go")).to_be_visible()
    expect(robin.locator(".ask-row")).to_contain_text("Sam has it")
    robin.locator(".ask-row").click()
    expect(robin.locator("#approval-answer")).to_contain_text("Sam Keller has it; you can look on.")
    assert_fingers_fit(robin)
    talk_and_lower(sam, desk)
    for page in (sam, robin):
        expect(page.locator("#approval-view")).to_contain_text(re.compile(r"yes, but less: \$120 credit on account"))
    robin.goto(f"{system.web}/approvals/")  # a list waits while the hand is in it, and Robin's is
    for page in (sam, robin):
        expect(page.locator(".ended-row").first).to_contain_text("less: $120")
    expect(desk.locator("#card .give")).to_contain_text("$120")
    expect(desk.locator("#card .give")).to_contain_text("And fitting free")
    desk.locator("#card .give").get_by_role("button", name=re.compile(r"Give \$120")).click()
    expect(desk.locator("#timeline")).to_contain_text("Given: $120")

    it_goes_to_the_next_and_to_the_safe_default(system, desk, sam, robin)
    the_money_is_seen_to_burn_down(system, sam)
    assert system.complaints == []
    close(desk, phone, sam, robin)


def a_budget_is_made(robin: Page) -> None:
    robin.get_by_label("For whom").select_option("company:")
    robin.locator("#n-amount").fill("1,000")
    robin.get_by_role("button", name="Make the budget").click()
    expect(robin.locator("main")).to_contain_text("$0 given and $0 held of $1,000; $1,000 is left.")


def ask(desk: Page, remedy: str, amount: str, why: str) -> None:
    desk.keyboard.press("g")
    desk.locator(".give-open [data-give-nth]", has_text=remedy).click()
    expect(desk.locator("#give-amount")).to_be_focused()
    desk.keyboard.type(amount)
    desk.keyboard.press("Enter")
    expect(desk.locator("#give-why")).to_be_focused()
    desk.keyboard.type(why)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".give-ring")).to_be_visible()


def assert_fingers_fit(robin: Page) -> None:
    """On a telephone everything that is pressed is at least 44 px high."""
    for one in robin.locator("#approval .btn:visible, .ask-row:visible").all():
        box = one.bounding_box()
        assert box is not None
        assert box["height"] >= 44, one.inner_text()
    assert robin.evaluate("document.documentElement.scrollWidth") <= 390


def talk_and_lower(sam: Page, desk: Page) -> None:
    """By keys alone; the word outlives what happens meanwhile."""
    sam.keyboard.press("r")
    expect(sam.locator("#approval-word")).to_be_focused()
    sam.keyboard.type("Did they call ahead?")
    sam.keyboard.press("Control+Enter")
    expect(sam.locator("#approval-view")).to_contain_text("You: “Did they call ahead?”")
    expect(sam.locator("#approval-word")).to_have_value("")
    expect(desk.locator("#card .give")).to_contain_text("Did they call ahead?")
    sam.keyboard.type("And fitting free")
    sam.keyboard.press("Escape")
    sam.keyboard.press("l")
    expect(sam.locator("#less-amount")).to_be_focused()
    sam.keyboard.type("120")
    expect(sam.locator("[data-answer=less]")).to_contain_text("Yes, but 120")
    sam.keyboard.press("Enter")


def it_goes_to_the_next_and_to_the_safe_default(system: System, desk: Page, sam: Page, robin: Page) -> None:
    ask(desk, "Refund", "$90", "The price is too high now.")
    expect(sam.locator(".ask-row")).to_contain_text("free to take")
    system.forward(SECONDS)
    expect(sam.locator(".ask-row")).to_contain_text("for administrators")
    expect(robin.locator(".ask-row")).to_contain_text("free to take")
    system.forward(SECONDS)
    expect(robin.locator(".ended-row").first).to_contain_text("timed out: $30")
    expect(robin.locator(".ask-row")).to_contain_text("$60 refund of the price")  # the rest is asked on
    expect(desk.locator("#card .give")).to_contain_text("$30")


def the_money_is_seen_to_burn_down(system: System, sam: Page) -> None:
    sam.goto(f"{system.web}/budgets/")
    said = sam.locator("#budgets .panel", has_text="The whole company")
    expect(said).to_contain_text("$120 given and $90 held of $1,000; $790 is left.")
    expect(said.locator("svg.burn polyline")).to_be_visible()
    said.get_by_role("link", name="The whole company").click()
    expect(sam.locator("main")).to_contain_text("Lines are never changed")
    expect(sam.locator("table", has_text="given").last).to_contain_text("+$120")
