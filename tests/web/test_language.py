"""English and Chinese: which choice counts, and that no page is half translated."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

from callcenter import words
from callcenter.declared import everyone
from callcenter.domain.errors import DomainError
from callcenter.web.wording import formats
from callcenter.wiring import Wiring
from tests.factories import Centre
from tests.site import People, SignIn

CATALOGUE = words.CATALOGUE / "zh_CN" / "LC_MESSAGES" / "messages.po"
# Names and codes that stay as they are in every language.
KEPT = re.compile(
    r"Harbor Home|Alice|Moreau|Bo Chen|Sam|Keller|Robin|Hale|Carla|Mendes|Delivery|Billing|English|Chrome|Firefox|Safari|Asia/Shanghai|USD|CNY"
    r"|America/Los_Angeles|MB|delivery|billing|new-key|key-accounts|UTC|Esc|Ctrl|Enter|Shift|SMS|WhatsApp|F\d|\b[A-Z]\b"
)
PAGES = (
    ("", "/sign-in"),
    ("", "/sign-in/help"),
    ("", "/nothing-here"),
    ("alice", "/tickets/"),
    ("alice", "/tickets/?q=qq"),
    ("alice", "/tickets/{ticket}"),
    ("alice", "/tickets/new"),
    ("alice", "/tickets/999999"),
    ("alice", "/customers/"),
    ("alice", "/customers/{customer}"),
    ("alice", "/customers/{customer}/edit"),
    ("alice", "/customers/new"),
    ("alice", "/search"),
    ("alice", "/search?q=qq"),
    ("alice", "/wallboard/"),
    ("sam", "/wallboard/"),
    ("sam", "/wallboard/?big=1"),
    ("alice", "/desk"),
    ("alice", "/day"),
    ("sam", "/agents/day"),
    ("sam", "/callbacks/"),
    ("alice", "/callbacks/new"),
    ("robin", "/admin/queues"),
    ("robin", "/admin/queues/new"),
    ("robin", "/admin/skills"),
    ("robin", "/admin/numbers"),
    ("sam", "/admin/dry-run"),
)


def words_of(page: str) -> str:
    """What a person reads on the page: text, labels and placeholders."""
    body = re.sub(r"<(script|style|datalist|head|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    body = re.sub(r'<(\w+)[^>]*\blang="(?:en|zh-CN)"[^>]*>[^<]*</\1>', " ", body)
    spoken = " ".join(re.findall(r'(?:aria-label|placeholder|title)="([^"]*)"', body))
    return re.sub(r"<[^>]*>", " ", body) + " " + spoken


def test_no_chinese_page_has_english_left_on_it(centre: Centre, signed_in: SignIn, client: FlaskClient) -> None:
    customer = centre.customer("李雷", "+8613855500163", language="zh", zone="Asia/Shanghai")
    centre.available("bo")
    interaction_id, _, _ = centre.talk("+8613855500163")
    centre.change("alice", language="zh")
    for name in ("alice", "sam", "robin"):
        centre.change(name, language="zh")
    browsers = {"": client, **{name: signed_in(name) for name in ("alice", "sam", "robin")}}
    left = {}
    for name, path in PAGES:
        address = path.format(ticket=centre.interaction(interaction_id).ticket_id, customer=customer)
        page = browsers[name].get(address, headers={"Accept-Language": "zh-CN"}).text
        assert 'lang="zh-CN"' in page
        left[path] = re.findall(r"[A-Za-z]{3,}(?: [A-Za-z]+)*", KEPT.sub(" ", words_of(page)))
    assert not {path: words for path, words in left.items() if words}


def test_the_catalogue_has_every_text_with_the_same_places() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="zh_CN")
    place = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
    for message in catalogue:
        if not message.id:
            continue
        ids = each(message.id)
        texts = each(message.string)
        assert all(texts), f"not translated: {message.id}"
        for text in texts:
            assert set(place.findall(text)) == set(place.findall(ids[-1])), f"places differ: {message.id}"


def each(texts: str | Sequence[str] | None) -> list[str]:
    """One text, or the texts of each plural form."""
    return [texts] if isinstance(texts, str) else list(texts or [""])


def test_every_refusal_can_be_said_in_chinese() -> None:
    def all_of(kind: type[DomainError]) -> set[str]:
        return {kind.text}.union(*(all_of(each) for each in kind.__subclasses__()))

    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="zh_CN")
    translated = {message.id for message in catalogue if all(each(message.string))}
    assert not all_of(DomainError) - translated


def test_a_stranger_reads_what_the_browser_asks_for_until_they_choose(client: FlaskClient, people: People) -> None:
    assert people
    assert "登录" in client.get("/sign-in", headers={"Accept-Language": "zh-TW,zh;q=0.9"}).text
    assert "Sign in" in client.get("/sign-in", headers={"Accept-Language": "fr,de"}).text
    assert client.get("/language/zh?next=/sign-in").location == "/sign-in"
    assert "登录" in client.get("/sign-in", headers={"Accept-Language": "en"}).text
    assert client.get("/language/zh?next=//evil.example").location == "/"


def test_who_is_signed_in_keeps_the_choice_everywhere(signed_in: SignIn, centre: Centre) -> None:
    browser = signed_in("alice")
    browser.get("/language/zh?next=/tickets/")
    assert centre.agent("alice").language == "zh"
    assert "工单" in signed_in("alice").get("/tickets/").text


@pytest.mark.own_app
@pytest.mark.parametrize(
    ("language", "zone", "shown"),
    [
        ("en", "America/Los_Angeles", ["13:05", "Today", "3 May 2025", "1 h 40", "3 d 4 h", "0:38"]),
        ("zh", "Asia/Shanghai", ["05:05", "今天", "2025 年 5 月 4 日", "1 小时 40 分", "3 天 4 小时", "0:38"]),
    ],
)
def test_times_are_the_readers_own(
    app: Flask, signed_in: SignIn, wiring: Wiring, centre: Centre, language: str, zone: str, shown: list[str]
) -> None:
    centre.change("alice", language=language, zone=zone)
    moment = datetime(2026, 11, 22, 21, 5, tzinfo=UTC)
    wiring.clock = lambda: moment
    app.add_url_rule("/times", "times", formatted_times(moment))
    assert signed_in("alice").get("/times").text.split("|") == shown


def formatted_times(moment: datetime) -> Callable[[], str]:
    @everyone
    def view() -> str:
        old = datetime(2025, 5, 3, 18, tzinfo=UTC)
        spans = (formats.duration(seconds) for seconds in (6000, 273_600, 38))
        return "|".join([formats.time_of(moment), formats.day_of(moment), formats.date_of(old), *spans])

    return view


def test_money_numbers_and_names_are_short() -> None:
    assert formats.initials("Alice Moreau") == "AM"
    assert formats.initials("李雷") == "李雷"
    assert formats.initials(None) == "–"
    assert [formats.initials(name) for name in ("José García", "Émile Zola", "김 철수", "Αλέξης")] == [
        "JG",
        "ÉZ",
        "김",
        "Α",
    ]
    assert [formats.first_name(name) for name in ("José García", "李雷", "王 小明", "")] == [
        "José",
        "李雷",
        "王 小明",
        "",
    ]
    assert formats.phone("+14155550142") == "+1 415-555-0142"
    assert formats.percent(0.784, 1) == "78.4 %"
    assert formats.percent(None) == "–"
    assert formats.duration(timedelta(minutes=6, seconds=41).total_seconds()) == "6:41"
