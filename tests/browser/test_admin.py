"""An administrator in a real browser: rings by keyboard, the skills matrix, the dry run."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.system import System


def test_rings_skills_and_a_dry_run(browser: Browser, system: System) -> None:
    page = system.look(browser)
    system.sign_in(page, "robin", path="/admin/queues")
    a_ring_is_added_moved_and_saved(page)
    a_level_is_set_by_keyboard(page)
    a_gold_customer_is_tried(page)
    assert not system.complaints


def test_the_home_measures_again_without_taking_the_focus(browser: Browser, system: System) -> None:
    page = system.look(browser, width=390, height=844)
    system.sign_in(page, "robin")
    expect(page.get_by_role("heading", name="Can a call arrive now?")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    messages = page.locator("[data-fact=messages]")
    expect(messages).to_contain_text("none failed")
    page.evaluate("document.getElementById('home-state').dataset.liveEvery = '1'")
    held = page.locator("[data-fact=agents] a")
    held.focus()
    system.write("UPDATE messages SET status = 'failed' WHERE direction = 'out'")
    expect(page.locator("#home-state[data-stale]")).to_be_attached()
    expect(held).to_be_focused()
    held.blur()
    expect(messages).to_contain_text("could not be delivered in the last 24 hours")
    assert not system.complaints


def go(page: Page, link: str) -> None:
    """To another page, until it is ready for keys."""
    with page.expect_navigation():
        page.get_by_role("link", name=link).first.click()


def a_ring_is_added_moved_and_saved(page: Page) -> None:
    go(page, "Billing")
    rings = page.locator("li.ring[id]")
    before = rings.count()
    page.get_by_label("Greeting in English").fill("Billing, good day.")
    for more in (1, 2):
        page.get_by_role("button", name="Add a ring").focus()
        page.keyboard.press("Enter")
        expect(rings).to_have_count(before + more)
        expect(rings.nth(before + more - 1).get_by_label("Opens after")).to_be_focused()
    last = rings.nth(before + 1)
    last.get_by_label("Whatever language they speak").check()
    last.get_by_role("button", name=re.compile("Earlier")).click()
    expect(rings.nth(before).get_by_label("Whatever language they speak")).to_be_checked()
    expect(
        rings.nth(before).get_by_role("button", name=re.compile("Earlier|Later")).and_(page.locator(":focus"))
    ).to_be_visible()
    expect(page.get_by_label("Greeting in English")).to_have_value("Billing, good day.")
    rings.nth(before + 1).get_by_label("Opens after").fill("1")
    page.get_by_role("button", name="Save queue").click()
    expect(page.get_by_text("This ring must open later").first).to_be_visible()
    expect(page.get_by_label("Greeting in English")).to_have_value("Billing, good day.")
    rings.nth(before + 1).get_by_label("Opens after").fill("300")
    page.get_by_role("button", name="Save queue").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(rings).to_have_count(before + 2)


def a_level_is_set_by_keyboard(page: Page) -> None:
    go(page, "Skills")
    first = page.locator("tbody tr").first.locator("[data-cell]").first
    was = first.input_value()
    first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("tbody tr").nth(1).locator("[data-cell]").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    with page.expect_response(re.compile("/admin/skills/agents/")):
        page.keyboard.type("2" if was == "5" else "5")
        page.keyboard.press("ArrowRight")
    expect(page.locator("tbody tr").first.locator("[data-cell]").nth(1)).to_be_focused()
    page.reload()
    expect(first).to_have_value("2" if was == "5" else "5")
    page.keyboard.press("Tab")
    first.fill("9")
    first.press("Enter")
    expect(page.get_by_text("A level is a number").or_(page.get_by_text("Write a number from 0 to 5"))).to_be_visible()


def a_gold_customer_is_tried(page: Page) -> None:
    go(page, "Dry run")
    page.get_by_label("Queue").select_option(index=1)
    page.get_by_label("Tier").select_option("gold")
    page.get_by_label("everybody, and free").check()
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_text("would be asked at once")).to_be_visible()
    expect(page.get_by_text("Enters the queue with a score of")).to_be_visible()
