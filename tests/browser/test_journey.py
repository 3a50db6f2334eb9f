"""The main journey of three people in three windows: from a ringing telephone to a survey answer on the wallboard."""

import re
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, Route, expect

from callcenter.demo.staff import SURVEYS
from tests.browser.system import System
from tests.pictures import png


@dataclass(frozen=True)
class Cast:
    """Who plays in which language."""

    language: str
    agent: str
    caller: str
    locale: str
    greeting: str
    place: str
    comment: str
    text: str
    reply: str


ENGLISH = Cast(
    language="en",
    agent="alice",
    caller="Carla Mendes",
    locale="en-US",
    greeting="Welcome to Harbor Home, Carla Mendes.",
    place="You are next.",
    comment="waited too long",
    text="Is the fitter coming today?",
    reply="Yes, between 16:00 and 18:00.",
)
CHINESE = Cast(
    language="zh",
    agent="bo",
    caller="李雷",
    locale="zh-CN",
    greeting="李雷，您好，欢迎致电海港家居。",
    place="您是下一位。",
    comment="等得太久",
    text="师傅今天会来吗？",
    reply="会的，下午四点到六点之间。",
)


@pytest.mark.parametrize("cast", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_a_call_from_the_first_ring_to_the_answer_on_the_wallboard(
    system: System, browser: Browser, cast: Cast
) -> None:
    desk = open_desk(system, browser, cast)
    wallboard = open_wallboard(system, browser, cast)
    phone = open_phone(system, browser, cast)

    phone.locator("#call").click()
    expect(heard(phone)).to_contain_text(cast.greeting)
    phone.locator("[data-key='1']").click()
    expect(desk.locator("#now [data-act=accept]")).to_be_visible()
    expect(desk.locator("#card")).to_contain_text(cast.caller)

    desk.keyboard.press("F2")
    expect(desk.locator("#now.now-on_call form[hx-post$='/hold'] button")).to_be_enabled()
    phone.locator("#words").fill("Hello, can you hear me?")
    phone.locator("#say").click()
    expect(desk.locator("body")).to_contain_text("Hello, can you hear me?")

    desk.keyboard.press("h")
    expect(desk.locator("#now.now-hold")).to_be_visible()
    desk.keyboard.press("h")
    expect(desk.locator("#now.now-on_call")).to_be_visible()

    phone.locator("#end").click()
    expect(desk.locator("#now.now-wrap_up")).to_be_visible()
    desk.locator("[data-outcome]").first.check(force=True)
    desk.locator("#wrap-up-note").fill("Solved on the spot.")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#now.now-free")).to_be_visible()
    system.forward(SURVEYS["survey_delay_seconds"])

    question = phone.locator("#thread").get_by_text(re.compile("5"))
    expect(question.last).to_be_visible()
    write_sms(phone, f"4, {cast.comment}")
    expect(wallboard.locator("body")).to_contain_text(cast.comment)
    expect(desk.locator("body")).to_contain_text(cast.comment)
    assert system.complaints == []
    close(desk, wallboard, phone)


@pytest.mark.parametrize("cast", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_a_text_message_becomes_a_conversation_on_the_same_desk(system: System, browser: Browser, cast: Cast) -> None:
    desk = open_desk(system, browser, cast)
    phone = open_phone(system, browser, cast)
    write_sms(phone, cast.text)
    accept = desk.locator("#now [data-act=accept]")
    expect(accept).to_be_visible()
    desk.keyboard.press("F2")
    expect(desk.locator("#middle")).to_contain_text(cast.text)
    desk.locator("#write-sms").fill(cast.reply)
    desk.locator("#write-sms").press("Control+Enter")
    expect(phone.locator("#thread")).to_contain_text(cast.reply)
    expect(desk.locator("#middle")).to_contain_text(cast.reply)
    desk.keyboard.press("Escape")
    desk.locator("[data-act=end]").click()
    expect(desk.locator("#now.now-wrap_up")).to_be_visible()
    desk.locator("[data-outcome]").nth(5).check(force=True)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#now.now-free")).to_be_visible()
    assert system.complaints == []
    close(desk, phone)


def test_taking_a_conversation_before_its_first_view_has_come(system: System, browser: Browser) -> None:
    """The view of the offer is on its way when the offer is taken: the view of the conversation must still follow."""
    desk = open_desk(system, browser, ENGLISH)
    phone = open_phone(system, browser, ENGLISH)
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    desk.route(re.compile(r"/desk/interactions/\d+$"), hold_the_first)
    write_sms(phone, ENGLISH.text)
    expect(desk.locator("#now [data-act=accept]")).to_be_visible()
    desk.wait_for_timeout(300)
    assert held
    desk.keyboard.press("F2")
    expect(desk.locator("#now.now-free")).to_be_visible()
    held[0].continue_()
    desk.wait_for_timeout(300)
    expect(desk.locator("#write-sms")).to_be_visible()
    desk.locator("[data-act=end]").click()
    desk.locator("[data-outcome]").nth(5).check(force=True)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#now.now-free")).to_be_visible()
    assert system.complaints == []
    close(desk, phone)


def test_a_key_pressed_before_the_page_is_whole_does_nothing_and_none_is_shown(
    system: System, browser: Browser
) -> None:
    """One of the page's scripts is slow: a form submitted now would go past what answers it."""
    page = system.look(browser)
    system.sign_in(page, "mei", path="/tickets/")  # no other test here uses Mei, so she is not available yet
    slow: list[Route] = []
    page.route(re.compile(r"/dist/desk-\w+\.js"), lambda route: slow.append(route))
    page.goto(f"{system.web}/desk", wait_until="commit")
    expect(page.locator(".link-state:not(.is-joining)")).to_be_visible()
    key = page.locator(".find kbd")
    expect(key).to_be_hidden()
    page.keyboard.press("a")
    slow[0].continue_()
    expect(key).to_be_visible()
    expect(page).to_have_url(f"{system.web}/desk")
    expect(page.locator("#now.now-unavailable")).to_be_visible()
    page.keyboard.press("a")
    expect(page.locator("#now.now-free")).to_be_visible()
    assert system.complaints == []
    close(page)


def test_pictures_go_both_ways_on_whatsapp_until_the_day_is_over(system: System, browser: Browser) -> None:
    cast = replace(ENGLISH, agent="jonas", caller="Tom Becker")
    desk = open_desk(system, browser, cast)
    phone = open_phone(system, browser, cast)
    phone.locator("[name=channel][value=whatsapp]").check(force=True)
    phone.locator("#file").set_input_files(FilePayload(name="machine.png", mimeType="image/png", buffer=png(120)))
    write_sms(phone, "It leaks here")
    expect(desk.locator("#now [data-act=accept]")).to_be_visible()
    desk.keyboard.press("F2")
    expect(desk.locator("#talk")).to_contain_text("It leaks here")
    expect(desk.locator("#talk .picture img")).to_have_js_property("naturalWidth", 120)
    expect(desk.locator("#composer .window")).to_contain_text("answer within 23 h")

    desk.locator("[data-attach]").set_input_files(FilePayload(name="valve.png", mimeType="image/png", buffer=png(60)))
    expect(desk.locator("[data-attached]")).to_have_text("valve.png")
    desk.locator("#write-sms").fill("Turn this valve first.")
    desk.locator("#write-sms").press("Control+Enter")
    expect(phone.locator("#thread")).to_contain_text("Turn this valve first.")
    expect(phone.locator("#thread .text:not(.mine) img")).to_have_js_property("naturalWidth", 60)
    expect(desk.locator("#talk .said-ours .picture img")).to_have_js_property("naturalWidth", 60)
    expect(desk.locator("#talk .said-ours")).to_contain_text("read")

    talk = desk.locator("#mine a[href*='interaction=']").first.get_attribute("href")
    desk.goto(f"{system.web}{desk.locator('#strip a').first.get_attribute('href')}")
    expect(desk.locator("section[aria-label=Files] .picture img")).to_have_count(2)
    system.forward(24 * 3600)
    desk.goto(f"{system.web}{talk}")
    expect(desk.locator("#composer .shut")).to_contain_text("WhatsApp lets us answer for 24 hours")
    expect(desk.locator("#write-sms")).to_have_count(0)
    assert system.complaints == []
    close(desk, phone)


def open_desk(system: System, browser: Browser, cast: Cast, *, offered: bool = False) -> Page:
    """Available; `offered`: a customer waits for this agent already."""
    page = system.look(browser, locale=cast.locale)
    system.sign_in(page, cast.agent, path="/desk")
    page.keyboard.press("a")
    expect(page.locator("#now.now-offered" if offered else "#now.now-free")).to_be_visible()
    return page


def open_wallboard(system: System, browser: Browser, cast: Cast) -> Page:
    page = system.look(browser, locale=cast.locale)
    system.sign_in(page, "sam", path="/wallboard")
    if cast.language == "zh":
        page.goto(f"{system.web}/language/zh?next=/wallboard")
    return page


def open_phone(system: System, browser: Browser, cast: Cast) -> Page:
    page = system.look(browser, locale=cast.locale)
    page.goto(f"{system.phone}/?lang={cast.language}")
    page.locator(f"input[name=person][data-name='{cast.caller}']").check(force=True)
    return page


def heard(phone: Page) -> Locator:
    return phone.locator("#heard")


def write_sms(phone: Page, text: str) -> None:
    phone.locator("#text").fill(text)
    phone.locator("#compose button[type=submit]").click()


def close(*pages: Page) -> None:
    """Who is signed in signs out: offers of the next test must not ring first where nobody sits any more."""
    for page in pages:
        way_out = page.locator("form[action$='/sign-out']")
        if way_out.count():
            url, token = way_out.evaluate("form => [form.action, form.elements.csrf_token.value]")
            page.goto("about:blank")  # a page that hears of its own signing out would ask, and be refused
            page.context.request.post(url, form={"csrf_token": token})
        page.context.close()
