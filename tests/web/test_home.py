"""The administrator's home as a page: who lands there, who may see it, its words, and what it still says without Redis."""

import re
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from callcenter import embedded
from callcenter.reports.administration.findings import Fact
from callcenter.reports.administration.steps import StepFact
from callcenter.web.admin import home_words
from callcenter.web.admin.home_sentences import SENTENCES, STEPS, SUBJECTS, TASKS
from tests.carrier import Carrier
from tests.factories import Centre, new_sid
from tests.site import SignIn

PARTS = ("/admin/home/", "/admin/home/state", "/admin/home/steps")


def fact(page: str, subject: str) -> tuple[str, str]:
    """(verdict, what its row says)."""
    row = re.search(rf'<li class="home-row" data-fact="{subject}" data-verdict="(\w+)">(.*?)</li>', page, re.S)
    assert row, subject
    return row[1], " ".join(re.sub(r"<[^>]*>", " ", row[2]).split())


def progress(page: str, step: str) -> str:
    found = re.search(rf'data-step="{step}" data-progress="(\w+)"', page)
    assert found, step
    return found[1]


def test_each_role_lands_where_it_works(centre: Centre, signed_in: SignIn) -> None:
    for name, home in (("alice", "/desk"), ("sam", "/wallboard/"), ("robin", "/admin/home/")):
        assert signed_in(name).get("/").headers["Location"] == home


@pytest.mark.parametrize("path", PARTS)
def test_only_administrators_see_it(centre: Centre, signed_in: SignIn, client: FlaskClient, path: str) -> None:
    assert signed_in("robin").get(path).status_code == 200
    for name in ("alice", "sam"):
        assert signed_in(name).get(path).status_code == 403
        assert "/admin/home/" not in signed_in(name).get("/customers/").text
    assert client.get(path).status_code == 302
    assert 'href="/admin/home/"' in signed_in("robin").get("/customers/").text


def test_it_says_what_is_wrong_and_what_to_do(centre: Centre, signed_in: SignIn, carrier: Carrier) -> None:
    robin = signed_in("robin")
    page = robin.get("/admin/home/").text
    assert fact(page, "clock")[0] == "problem"
    assert "Start one: callcenter clock" in fact(page, "clock")[1]
    assert "Start one: callcenter worker" in fact(page, "workers")[1]
    assert fact(page, "webhook") == (
        "note",
        "worth a look Last report No signed report of the carrier in the last two days."
        " Call one of your numbers. If nothing comes in: callcenter doctor",
    )
    assert progress(page, "agents") == "now"
    assert "Nobody may serve Billing: the skills are missing." in page
    carrier.incoming(new_sid())
    centre.change("alice", skills={"delivery": 1, "billing": 1})
    page = robin.get("/admin/home/").text
    assert fact(page, "webhook")[0] == "ok"
    assert progress(page, "agents") == "done"
    assert "Open: Delivery" in fact(page, "queues")[1]


def test_its_parts_refresh_by_themselves(centre: Centre, signed_in: SignIn) -> None:
    robin = signed_in("robin")
    page = robin.get("/admin/home/").text
    parts = dict(re.findall(r'data-live-every="(\d+)"\s+data-live-url="([^"]+)"', page))
    assert parts == {"15": "/admin/home/state", "60": "/admin/home/steps"}
    for path, id_ in (("/admin/home/state", "home-state"), ("/admin/home/steps", "home-steps")):
        part = robin.get(path, headers={"HX-Request": "true"}).text
        assert f'id="{id_}"' in part
        assert "<html" not in part


def test_it_answers_while_redis_is_away(
    centre: Centre, signed_in: SignIn, redis_server: embedded.EmbeddedServer
) -> None:
    robin = signed_in("robin")
    redis_server.stop()
    began = time.monotonic()
    answers = [robin.get(path) for path in PARTS]
    took = time.monotonic() - began
    redis_server.start()
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert took < 10
    assert fact(answers[0].text, "redis") == (
        "problem",
        "needs you Redis Redis doesn&#39;t answer. Calls are still answered, but pages aren&#39;t live and messages wait."
        " Start it, or look at REDIS_URL. Nothing is lost: what waits goes out afterwards.",
    )
    assert fact(answers[0].text, "database")[0] == "ok"
    assert fact(robin.get("/admin/home/").text, "redis")[0] == "ok"


def test_every_fact_and_step_has_its_words_and_its_page(app: Flask) -> None:
    assert set(SENTENCES) == set(Fact)
    assert set(STEPS) == set(StepFact)
    assert set(SUBJECTS) == {one.subject for one in Fact}
    assert set(TASKS) == {one.step for one in StepFact}
    endpoints = {one.endpoint for one in (*SENTENCES.values(), *STEPS.values()) if one.endpoint}
    assert endpoints == set(home_words.LINKS)
    assert endpoints <= set(app.view_functions)


def test_a_command_named_is_one_of_ours() -> None:
    from callcenter.cli import main

    commands = {one.command for one in (*SENTENCES.values(), *STEPS.values()) if one.command}
    for command in commands:
        program, *words = command.split()
        assert program == "callcenter"
        here = main
        for word in words:
            here = getattr(here, "commands", {}).get(word, here)
        named = [word for word in words if word.startswith("--")]
        known = {option for one in here.params for option in one.opts}
        assert here is not main, command
        assert set(named) <= known, command


def test_it_speaks_chinese(app: Flask, centre: Centre, signed_in: SignIn) -> None:
    centre.change("robin", language="zh")
    text = signed_in("robin").get("/admin/home/").text
    assert "现在能打进来电吗" in text
    assert "没有运行中的定时进程" in text


@pytest.mark.parametrize(("seconds", "shown"), [(None, "–"), (0.2, "0 s"), (61, "61 s"), (600, "10:00")])
def test_short_spans_are_seconds(app: Flask, seconds: float | None, shown: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert home_words.span(seconds) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [(10, "1 MB"), (734 * 1024**2, "734 MB"), (1536 * 1024**2, "1.5 GB"), (1234 * 1024**3, "1,234 GB")],
)
def test_sizes_are_short(app: Flask, count: int, shown: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert home_words.size(count) == shown
