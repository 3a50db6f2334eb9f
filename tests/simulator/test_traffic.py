"""Simulated customers: keys and replies, reproducible by seed, and a short busy day."""

from collections import Counter
from random import Random

import pytest

from callcenter.simulator.crowd import sayings
from callcenter.simulator.crowd.line import ControlClient
from callcenter.simulator.traffic import Crowd, main
from tests.waiting import until

from .company import OURS, Company
from .site import Site

ENGLISH = "Welcome. For English, press 9. 中文服务请按九。 For a delivery press 1. For a return press 2."
CHINESE = "送货请按 1，退货请按 2，安装和维修请按 3。"
SURVEYS = (
    "Harbor Home: how satisfied are you with how we solved it? Reply 1 (not at all) to 5 (very). STOP to end.",
    "港湾之家：您对我们的处理满意吗？请回复 1（很不满意）到 5（很满意）。回复 STOP 退订。",
)


def test_the_keys_of_a_menu_are_understood_in_both_languages() -> None:
    assert sayings.choices(ENGLISH) == ["9", "1", "2"]
    assert sayings.choices(CHINESE) == ["1", "2", "3"]


def test_people_choose_their_language_first_and_mostly_what_they_need() -> None:
    random = Random(1)
    english = Counter(sayings.key_for(random, ENGLISH, "en") for _ in range(500))
    assert english["1"] > 150
    assert english["2"] > 150
    assert english["9"] == 0
    assert sayings.key_for(random, ENGLISH, "zh") == "9"
    assert sayings.key_for(random, "您好。For English, press 9.", "zh", is_over=False) == "", "more will be said"
    assert set(Counter(sayings.key_for(random, CHINESE, "zh") for _ in range(200)).most_common(3)[0][0]) <= set("123")


@pytest.mark.parametrize("text", SURVEYS)
def test_a_survey_is_recognised_and_another_message_is_not(text: str) -> None:
    assert sayings.is_survey(text)
    assert not sayings.is_survey("Harbor Home: your dishwasher comes Thursday 19 Nov, 08:00-12:00. Ticket 26-4118.")


def test_surveys_are_answered_worse_by_those_who_waited() -> None:
    def mean(**more: bool | float) -> float:
        random = Random(3)
        answers = [sayings.answer_to_survey(random, "zh", **more) for _ in range(300)]  # type: ignore[arg-type]
        figures = [int(answer[0]) for answer in answers if answer[0].isdigit()]
        return sum(figures) / len(figures)

    assert mean(is_rude=False, waited=10) > mean(is_rude=False, waited=400) > mean(is_rude=True, waited=400)


def test_the_same_seed_brings_the_same_people() -> None:
    def names(seed: int) -> list[tuple[str, str]]:
        crowd = Crowd(ControlClient("http://127.0.0.1:9"), rate=6, seed=seed)
        crowd.people = [{"name": "Carla", "number": "+14155550142", "language": "en"}]
        crowd.people += [{"name": "李雷", "number": "+8613855500163", "language": "zh"}]
        return [(somebody.name, somebody.number) for somebody in (crowd._somebody() for _ in range(30))]

    assert names(5) == names(5)
    assert names(5) != names(6)


def test_a_busy_day_has_callers_texts_surveys_and_people_who_give_up(company: Company, site: Site) -> None:
    site.answers["/voice"] = f'<Gather numDigits="1" timeout="60" action="/menu"><Say>{ENGLISH}</Say></Gather>'
    site.answers["/menu"] = '<Dial><Conference startConferenceOnEnter="false" waitUrl="">hall</Conference></Dial>'
    site.answers["/sms"] = f"<Message>{SURVEYS[0]}</Message>"
    crowd = Crowd(ControlClient(company.url, pace=60), rate=66, seed=2)
    crowd.run(minutes=3, to=OURS)
    assert crowd.counts["called"] > 15
    assert crowd.counts["texted"] > 3
    assert crowd.counts["answered a survey"] > 0
    callers = {asked.params["From"] for asked in site.at("/voice")}
    assert any(caller.startswith("+86") for caller in callers)
    assert any(caller.startswith("+1650555") for caller in callers), "strangers call too"
    assert {asked.params["Digits"] for asked in site.at("/menu")} >= {"1", "2"}
    until(lambda: all(call["is_over"] for call in company.get("/control/calls")))


def test_without_a_simulator_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--simulator", "http://127.0.0.1:9"]) == 1
    assert "does not answer at http://127.0.0.1:9" in capsys.readouterr().err
