"""What-if in a real browser: a supervisor adds two agents to past days by keyboard; both curves are drawn."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.system import System


def test_two_agents_more_and_a_ring_that_opens_earlier(system: System, browser: Browser) -> None:
    page = system.look(browser)
    system.sign_in(page, "sam", path="/admin/queues")
    page.get_by_role("link", name="What if").click()
    what_changes_nothing_is_refused_and_kept(page)
    two_agents_more_are_played(page)
    both_curves_and_their_table(page)
    it_stays_in_the_list(page)
    on_a_small_screen_nothing_is_cut(system, browser, page.url)
    assert system.complaints == []


def what_changes_nothing_is_refused_and_kept(page: Page) -> None:
    page.get_by_label("Which days").select_option("workdays")
    page.get_by_label("So many of their calls").fill("900")
    page.get_by_label("Agents more").fill("0")
    page.get_by_role("button", name="Play these days").click()
    expect(page.get_by_text("Say what would be otherwise")).to_be_visible()
    expect(page.get_by_label("So many of their calls")).to_have_value("900")


def two_agents_more_are_played(page: Page) -> None:
    agents = page.get_by_label("Agents more")
    agents.fill("2")
    page.get_by_label("Ring", exact=True).select_option("language")
    page.get_by_label("Opens after").fill("30")
    agents.press("Enter")
    page.wait_for_url(re.compile(r"/admin/what-ifs/\d+$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 agents more 09:00–17:00")
    expect(page.get_by_role("heading", name="Side by side")).to_be_visible()


def both_curves_and_their_table(page: Page) -> None:
    curves = page.locator("svg.curve-field")
    expect(curves).to_have_count(2)
    for kind in ("curve-before", "curve-after"):
        expect(page.locator(f"svg.curve-field polyline.{kind}").first).to_be_attached()
    expect(curves.first).to_have_attribute("aria-label", re.compile("Mean wait. The longest mean wait as it was"))
    expect(page.get_by_text("real calls")).to_be_visible()
    each_hour = page.get_by_text("Each hour, as drawn")
    each_hour.press("Enter")
    expect(page.get_by_role("cell", name="10:00", exact=True)).to_be_visible()
    expect(page.get_by_text("What this cannot know")).to_be_visible()


def it_stays_in_the_list(page: Page) -> None:
    page.get_by_role("link", name="All that was tried").click()
    row = page.locator("tbody tr", has_text="2 agents more")
    expect(row).to_contain_text("done")
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name="In short")).to_be_visible()


def on_a_small_screen_nothing_is_cut(system: System, browser: Browser, url: str) -> None:
    page = system.look(browser, width=390, height=844)
    system.sign_in(page, "sam", path="/admin/what-ifs")
    page.goto(url)
    expect(page.get_by_role("heading", name="In short")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
