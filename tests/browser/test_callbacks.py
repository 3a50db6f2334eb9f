"""A callback in three windows: * while waiting, the list, the offer, the telephone that rings; and a transferred call."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.system import System
from tests.browser.test_journey import ENGLISH, close, heard, open_phone


def desk_of(system: System, browser: Browser, name: str, *, available: bool = True) -> Page:
    page = system.look(browser)
    system.sign_in(page, name, path="/desk")
    if available:
        page.keyboard.press("a")
        expect(page.locator("#now.now-free")).to_be_visible()
    return page


def test_a_callback_is_chosen_in_the_queue_and_kept(system: System, browser: Browser) -> None:
    phone = open_phone(system, browser, ENGLISH)
    phone.locator("#call").click()
    expect(heard(phone)).to_contain_text("For Delivery")
    phone.locator("[data-key='1']").click()
    expect(heard(phone)).to_contain_text("press star")
    phone.locator("[data-key='*']").click()
    expect(heard(phone)).to_contain_text("Press 1, and we call you back")
    phone.locator("[data-key='1']").click()
    expect(heard(phone)).to_contain_text("We call you back at this number by")

    desk = desk_of(system, browser, "alice", available=False)
    listed = system.look(browser)
    system.sign_in(listed, "sam", path="/callbacks/")
    expect(listed.locator("#callbacks")).to_contain_text("Carla Mendes")
    expect(listed.locator("#callbacks")).to_contain_text("chosen while waiting")

    desk.keyboard.press("a")
    expect(desk.locator("#now")).to_contain_text("Callback for you")
    desk.keyboard.press("F2")
    expect(desk.locator("#now")).to_contain_text("Calling them back")
    expect(phone.locator("#answer")).to_be_visible()
    phone.locator("#answer").click()
    expect(desk.locator("#now")).to_contain_text("On a call")
    say_until_heard(phone, desk, "You really called!")
    expect(listed.locator("#callbacks")).to_contain_text("1 of 1")
    phone.locator("#end").click()
    expect(desk.locator("#now.now-wrap_up")).to_be_visible()
    desk.locator("[data-outcome]").first.check(force=True)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#now.now-free")).to_be_visible()
    assert system.complaints == []
    close(desk, listed, phone)


def test_a_call_is_passed_on_to_a_colleague(system: System, browser: Browser) -> None:
    alice = desk_of(system, browser, "alice")
    phone = open_phone(system, browser, ENGLISH)
    phone.locator("#call").click()
    expect(heard(phone)).to_contain_text("For Delivery")
    phone.locator("[data-key='1']").click()
    expect(alice.locator("#now [data-act=accept]")).to_be_visible()
    alice.keyboard.press("F2")
    expect(alice.locator("#now.now-on_call form[hx-post$='/hold'] button")).to_be_enabled()
    bo = desk_of(system, browser, "bo")
    tell_them_by_sms(alice, "I pass you on to Bo.")
    alice.keyboard.press("t")
    expect(alice.locator("#transfer-to")).to_be_focused()
    there = alice.locator("#transfer-to option[value^='agent:']").first
    expect(there).to_contain_text("free")
    alice.locator("#transfer-to").select_option(value=there.get_attribute("value"))
    alice.locator("#transfer-why").fill("Bo knows the matter")
    expect(phone.locator("#thread")).to_contain_text("I pass you on to Bo.")
    alice.wait_for_timeout(1500)  # meanwhile the text is delivered, and the controls are fetched again
    expect(alice.locator("#transfer-why")).to_have_value("Bo knows the matter")
    assert_no_draft_of(alice, "I pass you on to Bo.")
    alice.keyboard.press("Control+Enter")
    expect(alice.locator("#now.now-free")).to_be_visible()
    expect(bo.locator("#now [data-act=accept]")).to_be_visible()
    bo.keyboard.press("F2")
    expect(bo.locator("#now.now-on_call form[hx-post$='/hold'] button")).to_be_enabled()
    expect(bo.locator("#middle")).to_contain_text("Bo knows the matter")  # his desk is in Chinese
    say_until_heard(phone, bo, "Hello Bo")
    expect(alice.locator("body")).not_to_contain_text("Hello Bo")
    phone.locator("#end").click()
    expect(bo.locator("#now.now-wrap_up")).to_be_visible()
    assert system.complaints == []
    close(alice, bo, phone)


def tell_them_by_sms(desk: Page, text: str) -> None:
    desk.keyboard.press("s")
    desk.locator("#write-sms").fill(text)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#write-sms")).to_have_value("")
    desk.keyboard.press("Escape")


def assert_no_draft_of(desk: Page, text: str) -> None:
    """What was sent does not come back as something still to be sent."""
    fresh = desk.request.get(desk.url.split("/desk")[0] + (desk.locator("#now").get_attribute("data-middle-url") or ""))
    assert fresh.ok
    assert f"{text}</textarea>" not in fresh.text()


def say_until_heard(phone: Page, desk: Page, words: str) -> None:
    """A transferred caller hears music before the next agent answers, so repeat until heard."""
    for _ in range(20):
        phone.locator("#words").fill(words)
        phone.locator("#say").click()
        phone.wait_for_timeout(500)
        if words in desk.locator("body").inner_text():
            return
    expect(desk.locator("body")).to_contain_text(words)
