"""The customer's phone in a browser: large and small, by mouse and keyboard, in both languages."""

import base64
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect
from twilio.rest import Client

from tests.browser.system import SHOWN
from tests.simulator.company import BY_HAND, CARLA, LI_LEI, OURS, Company, client_of, fresh, open_site, start
from tests.simulator.site import Site
from tests.waiting import until

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ROOM = '<Dial><Conference participantLabel="{}" beep="false" endConferenceOnExit="true">room</Conference></Dial>'


@pytest.fixture(scope="module")
def running_company() -> Iterator[Company]:
    yield from start(BY_HAND)


@pytest.fixture
def site() -> Iterator[Site]:
    yield from open_site()


@pytest.fixture
def company(running_company: Company, site: Site) -> Iterator[Company]:
    yield from fresh(running_company, site)


@pytest.fixture
def twilio(company: Company) -> Client:
    return client_of(company)


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=["large", "small"])
def page(request: pytest.FixtureRequest, browser: Browser, company: Company) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-US")
    context.set_default_timeout(SHOWN)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    page.goto(company.url)
    yield page
    context.close()
    assert wrong == []


def is_small(page: Page) -> bool:
    return page.viewport_size is not None and page.viewport_size["width"] < 900


def press_call(page: Page) -> None:
    page.locator("#call-round" if is_small(page) else "#call").click()


def open_messages(page: Page) -> None:
    if is_small(page):
        page.locator("#tab-messages").click()


def attach_picture(page: Page) -> None:
    page.locator("#file").set_input_files(FilePayload(name="machine.png", mimeType="image/png", buffer=PICTURE))


def write(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator("#text").press("Enter")


def test_a_call_from_the_page_is_heard_answered_held_and_ended(
    company: Company, site: Site, twilio: Client, page: Page
) -> None:
    site.answers["/voice"] = '<Gather numDigits="1" timeout="200" action="/menu"><Say>Press 1.</Say></Gather>'
    site.answers["/menu"], site.answers["/agent"] = ROOM.format("customer"), ROOM.format("agent-1")
    press_call(page)
    heard = page.locator("#heard")
    expect(heard).to_contain_text("Press 1.")
    page.locator('[data-key="1"]').click()
    expect(heard).to_contain_text("You pressed")
    expect(heard).to_contain_text("music")
    agent = company.connect()
    expect(heard).to_contain_text("Alice has joined")
    company.post(f"/device/{agent}/say", {"text": "Good afternoon, <b>Carla</b>."})
    expect(heard).to_contain_text("Good afternoon, <b>Carla</b>.")
    page.locator("#words").fill("Where is my dishwasher?")
    page.locator("#words").press("Enter")
    until(lambda: company.heard(agent, "heard") == ["Where is my dishwasher?"])
    room = twilio.conferences.list(friendly_name="room")[0]
    room_of = twilio.conferences(str(room.sid)).participants("customer")
    room_of.update(hold=True)
    expect(heard).to_contain_text("on hold · music")
    room_of.update(hold=False)
    expect(heard).to_contain_text(re.compile(r"on hold \d+ s · music"))
    page.locator("#mute").click()
    expect(page.locator("#mute")).to_have_attribute("aria-pressed", "true")
    page.locator("#end-round" if is_small(page) else "#end").click()
    expect(heard).to_contain_text("you hung up")
    assert company.wait_over(agent) == "completed"


def test_messages_go_both_ways_and_say_when_they_arrived(
    company: Company, site: Site, twilio: Client, page: Page
) -> None:
    site.answers["/sms"] = "<Message>Thank you, Carla.</Message>"
    if is_small(page):
        expect(page.locator("#thread .none")).to_have_count(1)
        twilio.messages.create(to=CARLA, from_=OURS, body="How satisfied are you?")
        expect(page.locator("#badge")).to_have_text("1")
    open_messages(page)
    write(page, "4, waited too long")
    thread = page.locator("#thread")
    expect(thread).to_contain_text("4, waited too long")
    expect(thread).to_contain_text("delivered")
    expect(thread).to_contain_text("Thank you, Carla.")
    assert site.at("/sms")[0].params["Body"] == "4, waited too long"


def test_the_company_calls_and_the_person_answers(company: Company, twilio: Client, page: Page) -> None:
    expect(page.locator("#subtitle")).not_to_be_empty()
    twiml = "<Response><Say>We call you back.</Say><Pause length='100'/></Response>"
    twilio.calls.create(to=CARLA, from_=OURS, twiml=twiml, timeout=200)
    expect(page.locator("#ring-words")).to_have_text("Harbor Home is calling you")
    page.locator("#answer").click()
    expect(page.locator("#heard")).to_contain_text("We call you back.")


def test_the_keyboard_alone_is_enough(company: Company, site: Site, page: Page) -> None:
    site.answers["/voice"] = '<Gather numDigits="1" timeout="200" action="/menu"/>'
    page.locator("#call-round" if is_small(page) else "#call").focus()
    page.keyboard.press("Enter")
    expect(page.locator('[data-key="7"]')).to_be_enabled()
    page.locator("#heard").focus()
    page.keyboard.press("7")
    until(lambda: site.at("/menu") and site.at("/menu")[0].params["Digits"] == "7")


def test_the_page_speaks_chinese_and_remembers_it(page: Page) -> None:
    page.locator('.languages a[lang="zh-CN"]').click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("#tab-call" if is_small(page) else "#call")).to_contain_text(
        "通话" if is_small(page) else "拨打"
    )
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_nothing_is_too_small_to_touch(page: Page) -> None:
    if not is_small(page):
        return
    script = """[...document.querySelectorAll('button,a,select,textarea,label.person')]
        .filter(e => e.offsetParent && (e.offsetHeight < 44 || e.offsetWidth < 44)).map(e => e.outerHTML)"""
    assert page.evaluate(script) == []
    page.locator("#change").click()
    assert page.evaluate(script) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_faults_are_chosen_in_the_header(company: Company, page: Page) -> None:
    if is_small(page):
        return
    page.locator("#faults").select_option("slow")
    until(lambda: company.get("/control/faults")["slow_network"] > 0)
    page.reload()
    expect(page.locator("#faults")).to_have_value("slow")
    page.locator("#faults").select_option("")
    until(lambda: company.get("/control/faults")["slow_network"] == 0)


def test_a_hidden_number_calls_but_cannot_text(company: Company, site: Site, page: Page) -> None:
    if is_small(page):
        page.locator("#change").click()
    page.get_by_text("Number withheld").click()
    if is_small(page):
        page.locator("#done").click()
    expect(page.locator("#text")).to_be_disabled()
    press_call(page)
    until(lambda: site.at("/voice"))
    assert site.at("/voice")[0].params["From"] == "anonymous"


def test_what_is_written_before_the_thread_has_come_is_the_chosen_persons(site: Site, page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile("/phone/[^/]+$"), hold)
    if is_small(page):
        page.locator("#change").click()
    page.get_by_text("李雷").click()
    if is_small(page):
        page.locator("#done").click()
    open_messages(page)
    page.locator('[name="channel"][value="whatsapp"]').check(force=True)
    attach_picture(page)
    write(page, "It leaks")
    params = until(lambda: site.params("/sms", Body="It leaks"))[0]
    assert (params["From"], params["NumMedia"]) == (f"whatsapp:{LI_LEI}", "1")
    for route in held:
        route.continue_()
    expect(page.locator("#thread .mine img")).to_have_attribute("alt", "machine.png")


def test_whatsapp_goes_apart_from_sms_with_a_picture_and_without_the_number(
    company: Company, site: Site, page: Page
) -> None:
    open_messages(page)
    write(page, "By SMS")
    expect(page.locator("#thread")).to_contain_text("By SMS")
    expect(page.locator("#hide")).to_be_hidden()
    page.locator('[name="channel"][value="sms"]').focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#thread")).not_to_contain_text("By SMS")
    with page.expect_response("**/control/people"):
        page.get_by_label("Hide my number").press("Space")
    attach_picture(page)
    write(page, "It leaks")
    expect(page.locator("#thread .mine img")).to_have_attribute("alt", "machine.png")
    params = until(lambda: site.params("/sms", Body="It leaks"))[0]
    assert params["From"].startswith("whatsapp:US.")
    assert (params["NumMedia"], params["MediaContentType0"]) == ("1", "image/png")
