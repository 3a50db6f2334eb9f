"""An agent grants at once, asks while the customer is on hold, withdraws, and loses the caller; in English and Chinese."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.system import System
from tests.browser.test_journey import CHINESE, ENGLISH, Cast, close, heard, open_desk, open_phone


def both(english: str, chinese: str) -> dict[str, str]:
    return {"en": english, "zh": chinese}


def rule(id_: int, outcome: str, remedies: list[str], why: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"id": id_, "outcome": outcome, "remedies": remedies, "why": why, **more}


AGENT = {"role": "agent"}
BOOK = {
    "format": 1,
    "currency": "USD",
    "zone": "America/Los_Angeles",
    "remedies": [
        {
            "key": "credit",
            "names": both("Credit on account", "账户余额"),
            "kind": "credit",
            "quick": {"USD": [2000, 4000, 6000], "CNY": [5000, 10000]},
            "sms": both(
                "{company}: sorry. {amount} is on your account, ready to use. Ticket {ticket}. {agent}",
                "{company}：抱歉。已为您入账 {amount}，可随时使用。工单 {ticket}。{agent}",
            ),
        },
        {
            "key": "express",
            "names": both("Express redelivery", "加急重送"),
            "kind": "express",
            "unit": "count",
            "costs": {"USD": 1200, "CNY": 8000},
        },
        {
            "key": "fee",
            "names": both("Delivery fee back", "退配送费"),
            "kind": "fee_waived",
            "fixed": {"USD": 1490, "CNY": 3000},
        },
        {"key": "refund", "names": both("Refund of the price", "退货款"), "kind": "refund"},
    ],
    "rules": [
        rule(9, "may", ["fee"], both("the fee of a missed delivery is given back", "错过的配送退配送费"), who=AGENT, limits={"times_ticket": 1}),
        rule(10, "may", ["express"], both("twice a year for everybody", "每位客户一年两次"), who=AGENT, limits={"times_customer": 2}),
        rule(14, "may", ["credit"], both("whoever waited for us in vain may get {customer} a year", "因我方失误等候的客户一年最多 {customer}"), who=AGENT, limits={"grant": 10_000, "customer": 10_000}),
        rule(15, "may", ["credit"], both("whoever waited for us in vain may get {customer} a year", "因我方失误等候的客户一年最多 {customer}"), who=AGENT, currency="CNY", limits={"grant": 20_000, "customer": 20_000}),
        rule(21, "ask", ["credit", "refund"], both("more is for a supervisor to say", "更多由班长决定"), who=AGENT, ask={"steps": [{"role": "supervisor", "seconds": 120, "up_to": 25_000}, {"role": "administrator", "seconds": 120}]}),
        rule(22, "ask", ["credit", "refund"], both("more is for a supervisor to say", "更多由班长决定"), who=AGENT, currency="CNY", ask={"steps": [{"role": "supervisor", "seconds": 120}]}),
    ],
}  # fmt: skip
PUBLISH = (
    "INSERT INTO rule_books (number, state, document, effective_from, published_at, created_at, changed_at, version, note, review_note)"
    " SELECT coalesce(max(number), 0) + 1, 'published', CAST(:document AS jsonb), now(), now(), now(), now(), 1, '', '' FROM rule_books"
)


@pytest.fixture(scope="module", autouse=True)
def rules(system: System) -> None:
    """Rules of the test's own are in force, and no budget is in the way."""
    system.write(PUBLISH, document=json.dumps(BOOK))
    system.write("UPDATE budgets SET is_active = false")
    system.write("UPDATE grants SET created_at = created_at - interval '3 years'")


def on_the_line(system: System, browser: Browser, cast: Cast) -> tuple[Page, Page]:
    """The agent on the line with the caller, who is heard: (desk, telephone)."""
    desk, phone = open_desk(system, browser, cast), open_phone(system, browser, cast)
    phone.locator("#call").click()
    expect(heard(phone)).to_contain_text(cast.greeting)
    phone.locator("[data-key='1']").click()
    expect(desk.locator("#now [data-act=accept]")).to_be_visible()
    return desk, phone


def accept(desk: Page) -> None:
    desk.keyboard.press("F2")
    expect(desk.locator("#now.now-on_call form[hx-post$='/hold'] button")).to_be_enabled()
    expect(desk.locator("#ctl-give")).to_be_visible()
    expect(desk.locator(".give button[data-act=give]")).to_be_visible()


def ask(desk: Page, amount: str, why: str) -> None:
    """By keys alone."""
    desk.keyboard.press("g")
    expect(desk.locator(".give-open [data-give-nth]").first).to_be_visible()
    desk.keyboard.press("1")
    expect(desk.locator("#give-amount")).to_be_focused()
    desk.keyboard.type(amount)
    desk.keyboard.press("Enter")
    expect(desk.locator("#give-why")).to_be_focused()
    desk.keyboard.type(why)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".give-ring")).to_be_visible()


def press_while_the_card_is_replaced(desk: Page, key: str) -> None:
    """The answer to the key comes after a new card, which has a panel of its own."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    desk.route("**/give/choose", hold)
    with desk.expect_request("**/give/choose"):
        desk.keyboard.press(key)
    desk.evaluate("document.querySelector('#card .give').dataset.old = ''")
    desk.evaluate(
        "htmx.ajax('GET', document.querySelector('#card').dataset.liveUrl, {target: '#card', swap: 'outerHTML'})"
    )
    expect(desk.locator("#card .give[data-old]")).to_have_count(0)
    held[0].continue_()
    desk.unroute("**/give/choose")


def test_given_at_once_asked_withdrawn_and_left_by_the_caller(system: System, browser: Browser) -> None:
    desk, phone = on_the_line(system, browser, ENGLISH)
    card = desk.locator("#card .give")
    expect(card).to_contain_text("Up to $100 now: whoever waited for us in vain may get $100 a year.")
    expect(card.locator("button[data-act=give]")).to_have_count(0)
    accept(desk)

    press_while_the_card_is_replaced(desk, "g")
    expect(card.locator("[data-give-nth]")).to_have_count(4)
    desk.keyboard.press("1")
    expect(desk.locator("#give-amount")).to_be_focused()
    desk.keyboard.type("$60")
    expect(card).to_contain_text("Next: confirm $60")
    desk.keyboard.press("Enter")
    expect(card).to_contain_text("You may do this yourself")
    expect(desk.locator("#give-sms")).to_have_value(
        re.compile("sorry. \\$60 is on your account, ready to use. Ticket 26-")
    )
    expect(card.locator("button[data-send]")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(card).to_contain_text("Given: $60 credit on account")
    expect(card).to_contain_text("Up to $40 now")
    expect(desk.locator("#timeline")).to_contain_text("Given: $60")
    expect(phone.locator("#thread")).to_contain_text("$60 is on your account")

    ask(desk, "$140", "Second morning off work lost.")
    expect(card).to_contain_text("Carla is on hold")
    expect(desk.locator("#now")).to_contain_text("is asked")
    card.get_by_text("Withdraw").click()
    expect(card).to_contain_text("You may give")
    desk.keyboard.press("h")
    expect(desk.locator("#now.now-on_call")).to_be_visible()

    ask(desk, "$150", "She returns the machine otherwise.")
    expect(card).to_contain_text("Carla is on hold")
    phone.locator("#end").click()
    expect(card).to_contain_text("Carla hung up while waiting")
    expect(card).to_contain_text("You owe them a call by")
    expect(desk.locator("#now.now-wrap_up")).to_be_visible()
    desk.locator("[data-outcome]").first.check(force=True)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#free .asked")).to_contain_text("$150 credit on account")
    desk.locator("#free .asked").get_by_text("Withdraw").click()
    expect(desk.locator("#free .asked")).to_have_count(0)
    assert system.complaints == []
    close(desk, phone)


def test_what_is_typed_stays_while_the_card_is_fetched_anew(system: System, browser: Browser) -> None:
    desk, phone = on_the_line(system, browser, ENGLISH)
    accept(desk)
    desk.keyboard.press("g")
    desk.keyboard.press("1")
    expect(desk.locator("#give-amount")).to_be_focused()
    desk.keyboard.type("$31")
    desk.keyboard.press("Escape")
    with desk.expect_response(lambda answer: answer.url.endswith("/card")):
        desk.keyboard.press("h")
    expect(desk.locator("#now.now-hold")).to_be_visible()
    expect(desk.locator("#give-amount")).to_have_value("$31")
    desk.keyboard.press("Escape")
    expect(desk.locator("#card .give")).to_contain_text("You may give")
    phone.locator("#end").click()
    expect(desk.locator("#now.now-wrap_up")).to_be_visible()
    close(desk, phone)


def test_in_chinese_the_sentence_and_one_giving(system: System, browser: Browser) -> None:
    desk, phone = on_the_line(system, browser, CHINESE)
    card = desk.locator("#card .give")
    expect(card).to_contain_text("您可补偿")
    expect(card).to_contain_text("现在最多")
    accept(desk)
    desk.keyboard.press("g")
    expect(card).to_contain_text("第 1 步")
    desk.keyboard.press("1")
    expect(desk.locator("#give-amount")).to_be_focused()
    desk.keyboard.type("50")
    desk.keyboard.press("Enter")
    expect(card).to_contain_text("您可以自行决定")
    expect(card.locator("button[data-send]")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(card).to_contain_text("已补偿")
    expect(desk.locator("#timeline")).to_contain_text("已补偿")
    phone.locator("#end").click()
    expect(desk.locator("#now.now-wrap_up")).to_be_visible()
    assert system.complaints == []
    close(desk, phone)
