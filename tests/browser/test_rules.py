"""Managers in real browsers: a draft with its differences, a second person's review, rules that take effect later."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, expect

from tests.browser.system import System
from tests.rule_book import BOOK

SOON = 600  # seconds


def test_a_proposal_to_trust_is_accepted_replayed_over_the_year_and_looked_into(
    browser: Browser, system: System
) -> None:
    ines = system.look(browser)
    system.sign_in(ines, "ines", path="/rules/proposals")
    trust = ines.locator("[data-proposal=trust]").first
    expect(trust).to_contain_text("answered with yes")
    trust.get_by_role("button", name="Draft this rule").click()
    expect(ines.get_by_text(re.compile(r"Draft \d+, yours"))).to_be_visible()
    expect(ines.locator(".rules-book tr.change-new")).to_have_count(1)
    replay = ines.locator("#replay-panel")
    a_year_ago = datetime.now(ZoneInfo("America/Los_Angeles")) - timedelta(days=330)
    replay.locator("input[name=since]").fill(f"{a_year_ago:%Y-%m-%d}")
    replay.get_by_role("button", name="Replay this period").click()
    expect(replay.locator(".replay-figures tbody tr").first).to_be_visible()
    expect(replay.locator(".replay-kinds li").first).to_be_visible()
    replay.locator(".replay-kinds li a").first.click()
    expect(ines.get_by_role("heading", name=re.compile("Cases that change by version"))).to_be_visible()
    ines.locator("tbody a[href^='/tickets/']").first.click()
    expect(ines).to_have_url(re.compile(r"/tickets/\d+"))
    ines.goto(f"{system.web}/rules/proposals")
    expect(ines.locator("table")).to_contain_text("Accepted")
    assert not system.complaints


def test_a_draft_is_changed_reviewed_by_another_and_comes_into_force_at_its_time(
    browser: Browser, system: System, tmp_path: Path
) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(BOOK, encoding="utf-8")
    sam, robin = system.look(browser), system.look(browser)
    system.sign_in(sam, "sam", path="/rules/")
    system.sign_in(robin, "robin", path="/rules/")
    first = a_file_is_brought_in(sam, system, file)
    reviewed(sam, robin, system, first)
    robin.get_by_role("button", name=f"Publish version {first}").click()
    expect(robin.get_by_text("in force since")).to_be_visible()
    second = a_rule_is_changed_in_place(sam)
    reviewed(sam, robin, system, second)
    the_rules_change_at_the_time(robin, system, first, second)
    assert not system.complaints


def a_file_is_brought_in(sam: Page, system: System, file: Path) -> int:
    sam.goto(f"{system.web}/rules/file")
    sam.get_by_label("or paste it here").fill("format: 1\ncolour: red")
    sam.get_by_role("button", name="Bring in as a draft").click()
    expect(sam.get_by_text("Nothing was brought in")).to_be_visible()
    sam.get_by_label("A YAML file").set_input_files(file)
    sam.get_by_role("button", name="Bring in as a draft").click()
    expect(sam.get_by_text(re.compile(r"Draft \d+"))).to_be_visible()
    return int(sam.url.rsplit("/", 1)[1])


def a_rule_is_changed_in_place(sam: Page) -> int:
    sam.goto(sam.url)
    sam.get_by_role("button", name="Begin a draft").click()
    expect(sam.get_by_text(re.compile(r"Draft \d+, yours"))).to_be_visible()
    number = int(sam.url.rsplit("/", 1)[1].split("?")[0])
    sam.get_by_role("link", name="Change rule 12").click()
    sam.get_by_label("a customer", exact=True).fill("$200")
    sam.get_by_label("Who: and also").select_option("with_us_days")
    expect(sam.get_by_text("Not saved yet.")).to_be_visible()
    expect(sam.get_by_label("a customer", exact=True)).to_have_value("$200")
    sam.get_by_label("at least", exact=True).fill("90")
    sam.get_by_role("button", name="Save rule").click()
    changed = sam.locator("#rule-12")
    expect(changed.locator("del")).to_contain_text(["$150 a customer a year"])
    expect(changed.locator("ins").first).to_have_text("days with us ≥ 90")
    expect(sam.get_by_text("1 changed")).to_be_visible()
    sam.get_by_role("link", name="Only changes").click()
    expect(sam.locator("tr[id^=rule-]")).to_have_count(1)
    sam.get_by_role("link", name="All rules").click()
    return number


def reviewed(sam: Page, robin: Page, system: System, number: int) -> None:
    sam.get_by_label("What this draft is for").fill("Gold customers get more")
    sam.get_by_role("button", name="Ask a second person to review").click()
    expect(sam.get_by_text("somebody else reviews it")).to_be_visible()
    expect(sam.get_by_role("button", name="It is right")).to_have_count(0)
    robin.goto(f"{system.web}/rules/{number}")
    expect(robin.get_by_text("Gold customers get more")).to_be_visible()
    robin.get_by_role("button", name="It is right").click()
    expect(robin.get_by_role("button", name=f"Publish version {number}")).to_be_visible()
    sam.reload()
    expect(sam.get_by_text("An administrator publishes it.")).to_be_visible()


def the_rules_change_at_the_time(robin: Page, system: System, first: int, second: int) -> None:
    zone = robin.locator("body").get_attribute("data-zone") or "UTC"
    at = datetime.now(ZoneInfo(zone)).replace(microsecond=0, tzinfo=None) + timedelta(seconds=SOON)
    robin.get_by_label(re.compile("In force from")).fill(at.isoformat())
    robin.get_by_label("from", exact=True).check()
    robin.get_by_role("button", name=f"Publish version {second}").click()
    expect(robin.get_by_text("in force from")).to_be_visible()
    robin.goto(f"{system.web}/rules/{first}")
    expect(robin.get_by_text("in force since")).to_be_visible()
    expect(robin.get_by_text(f"Version {second} comes into force")).to_be_visible()
    system.forward(SOON)
    robin.goto(f"{system.web}/rules/{second}")
    expect(robin.get_by_text("in force since")).to_be_visible()
    robin.goto(f"{system.web}/rules/{first}")
    expect(robin.get_by_text("in force since")).to_have_count(0)
