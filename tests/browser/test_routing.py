"""Routing in the browser: reasons for waiting and for offers, declining, missing, breaks, wrap-up across a restart."""

from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.system import System
from tests.browser.test_journey import CHINESE, ENGLISH, close, heard, open_desk, open_phone, open_wallboard


def test_routing_explains_itself_and_nothing_is_lost(system: System, browser: Browser) -> None:
    one_miss_is_enough_and_pauses_are_short(system, browser)
    wallboard = open_wallboard(system, browser, ENGLISH)
    alice = open_desk(system, browser, ENGLISH)
    li_lei = open_phone(system, browser, CHINESE)
    bo = why_one_still_waits(system, browser, alice, wallboard, li_lei)
    carla = open_phone(system, browser, ENGLISH)
    an_offer_with_its_reason_is_declined_with_one(alice, wallboard, carla)
    not_answering_and_back_by_one_click(system, alice, wallboard)
    a_break_after_this(alice, carla)
    assert system.complaints == []
    a_wrap_up_outlives_a_restart_of_the_web(system, bo, li_lei)  # while it is away, requests fail and say so
    close(wallboard, alice, bo, carla, li_lei)


def one_miss_is_enough_and_pauses_are_short(system: System, browser: Browser) -> None:
    page = system.look(browser)
    system.sign_in(page, "robin", path="/admin/numbers")
    for name, value in (("misses_allowed", 1), ("ring_seconds.voice", 9), ("pauses.busy", 2), ("pauses.no_answer", 2)):
        page.locator(f"[name='{name}']").fill(str(value))
    page.get_by_role("button", name="Save numbers").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    close(page)


def call(phone: Page) -> None:
    phone.locator("#call").click()
    expect(heard(phone)).not_to_be_empty()
    phone.locator("[data-key='1']").click()


def why_one_still_waits(system: System, browser: Browser, alice: Page, wallboard: Page, phone: Page) -> Page:
    """Only Alice is there, who does not speak Chinese; then Bo comes, and what is said changes while it is open."""
    call(phone)
    row = wallboard.locator("#waiting-now details", has_text="李雷")
    row.locator("summary").click()
    expect(row).to_contain_text("Alice Moreau does not speak Chinese")
    alice.reload()  # her own list of who waits asks by itself every fifteen seconds
    own = alice.locator("#waiting details")
    own.locator("summary").click()
    expect(own).to_contain_text("does not speak Chinese")
    bo = open_desk(system, browser, CHINESE, offered=True)
    expect(row).to_contain_text("is being asked now")
    accept_with_a_late_answer(bo)
    expect(bo.locator("#now.now-on_call form[hx-post$='/hold'] button")).to_be_enabled()
    return bo


def accept_with_a_late_answer(desk: Page) -> None:
    """A slot that was fetched before overtakes it, and replaces the button that was pressed: the line still comes up."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    desk.route("**/accept", hold)
    with desk.expect_request("**/accept"):
        desk.keyboard.press("F2")
    desk.evaluate("document.querySelector('#now').dataset.old = ''")
    desk.evaluate(
        "htmx.ajax('GET', document.querySelector('#now').dataset.liveUrl, {target: '#now', swap: 'outerHTML'})"
    )
    expect(desk.locator("#now[data-old]")).to_have_count(0)
    held[0].continue_()
    desk.unroute("**/accept")


def an_offer_with_its_reason_is_declined_with_one(alice: Page, wallboard: Page, phone: Page) -> None:
    call(phone)
    expect(alice.locator("#now.now-offered")).to_contain_text("You own their ticket")
    alice.get_by_text("Who else was considered").click()
    expect(alice.locator(".why-more")).to_contain_text("has this customer's ticket")
    alice.locator(".decline summary").click()
    alice.keyboard.press("1")
    expect(alice.locator("#now.now-free")).to_be_visible()
    expect(wallboard.locator("#passed")).to_contain_text("declined: Busy just now")


def not_answering_and_back_by_one_click(system: System, alice: Page, wallboard: Page) -> None:
    """No other agent can take the call: it is offered again, missed, and offered again once Alice is back."""
    system.forward(3)
    expect(alice.locator("#now.now-offered")).to_be_visible()
    system.forward(10)
    expect(alice.locator("#now.now-not_answering")).to_contain_text("Carla Mendes")
    expect(wallboard.locator("#not-answering")).to_contain_text("Alice Moreau")
    alice.locator(".come-back button").click()
    expect(alice.locator("#now.now-offered")).to_be_visible()
    alice.keyboard.press("F2")
    expect(alice.locator("#now.now-on_call form[hx-post$='/hold'] button")).to_be_enabled()


def a_break_after_this(alice: Page, phone: Page) -> None:
    control = alice.locator("#state-control summary")
    alice.keyboard.press("b")
    expect(control).to_contain_text("then: Short break")
    alice.locator(".now-then button").click()
    expect(control).not_to_contain_text("then:")
    alice.keyboard.press("b")
    expect(control).to_contain_text("then: Short break")
    phone.locator("#end").click()
    finish(alice)
    expect(control).to_contain_text("Short break")
    expect(alice.locator("#now.now-break")).to_be_visible()


def finish(desk: Page) -> None:
    expect(desk.locator("#now.now-wrap_up")).to_be_visible()
    desk.locator("[data-outcome]").first.check(force=True)
    desk.keyboard.press("Control+Enter")


def a_wrap_up_outlives_a_restart_of_the_web(system: System, bo: Page, phone: Page) -> None:
    phone.locator("#end").click()
    expect(bo.locator("#now.now-wrap_up")).to_be_visible()
    bo.locator("#wrap-up-note").fill("改到周六送货")
    expect(bo.locator("[data-draft-kept]")).not_to_be_empty()
    until = bo.locator("#now .timer").get_attribute("data-until")
    with system.programs.web_away():
        expect(bo.locator(".link-state.is-off")).to_be_visible()
    expect(bo.locator(".link-state:not(.is-off)")).to_be_visible()
    bo.reload()
    expect(bo.locator("#now.now-wrap_up .timer")).to_have_attribute("data-until", until or "")
    expect(bo.locator("#wrap-up-note")).to_have_value("改到周六送货")
    finish(bo)
    expect(bo.locator("#now.now-free")).to_be_visible()
