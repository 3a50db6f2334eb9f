"""The error of the expected wait beside that of the queue length, whose root mean square is sqrt(mean wait x opening)
(Whitt 1999; `opening`: mean seconds from one agent who becomes free to the next)."""

from math import sqrt
from typing import Any

import pytest

from callcenter import simulation
from callcenter.simulation import Scenario
from callcenter.simulation.scenario import of
from callcenter.simulation.traffic import SimulatedContact


def arriving(name: str, erlangs: float, mean: float, queue: str, **more: Any) -> dict[str, Any]:
    handling = {"distribution": "exponential", "mean": mean}
    return {"name": name, "queue": queue, "arrivals": {"erlangs": erlangs}, "handling": handling, **more}


def floor(agents: int, *classes: dict[str, Any], horizon: float, **priorities: float) -> Scenario:
    names = sorted({one["queue"] for one in classes})
    queues = [{"name": name, "priority": priorities.get(name, 0)} for name in names]
    return of({"horizon": horizon, "queues": queues, "agents": [{"count": agents}], "classes": list(classes)})


def errors(scenario: Scenario) -> dict[str, tuple[float, float, float]]:
    """{class: root mean square error, mean error, mean wait} of those who waited and were told."""
    pairs: dict[str, list[tuple[float, float]]] = {}

    def done(contact: SimulatedContact) -> None:
        if contact.expected is not None and contact.answered is not None and contact.arrived > scenario.warmed_up:
            pairs.setdefault(contact.kind.name, []).append((contact.expected, contact.answered - contact.arrived))

    simulation.run(scenario, 1, done=done)
    return {name: _of(found) for name, found in pairs.items()}


def _of(pairs: list[tuple[float, float]]) -> tuple[float, float, float]:
    off = [told - waited for told, waited in pairs]
    square = sqrt(sum(one * one for one in off) / len(off))
    return square, sum(off) / len(off), sum(waited for _, waited in pairs) / len(pairs)


@pytest.mark.parametrize(
    ("scenario", "whose", "opening"),
    [
        pytest.param(
            floor(10, arriving("a", 4.5, 180, "a"), arriving("b", 4.5, 180, "b"), horizon=150_000),
            "ab",
            18,
            id="two queues",
        ),
        pytest.param(
            floor(20, arriving("l", 12.9, 240, "l"), arriving("h", 5.5, 240, "h"), horizon=150_000, h=150),
            "h",
            12,
            id="a class that goes before another",
        ),
        pytest.param(
            floor(10, arriving("c", 27, 600, "c", channel="sms"), horizon=150_000), "c", 20, id="conversations"
        ),
        pytest.param(
            floor(10, arriving("v", 6, 240, "v"), arriving("c", 8, 600, "c", channel="sms"), horizon=400_000),
            "v",
            24,
            id="calls beside conversations",
        ),
    ],
)
def test_the_error_is_that_of_the_queue_length(scenario: Scenario, whose: str, opening: float) -> None:
    found = errors(scenario)
    for name in whose:
        square, off, wait = found[name]
        assert square < 1.15 * sqrt(wait * opening), (square, wait)
        assert abs(off) < 0.15 * wait


def test_conversations_beside_calls_are_foretold_without_a_lean() -> None:
    """Before, each conversation counted as if the agent had only that: 51 s too many for a mean wait of 60."""
    found = errors(floor(10, arriving("v", 5, 240, "q"), arriving("c", 13, 600, "q", channel="sms"), horizon=600_000))
    _, off, wait = found["c"]
    assert abs(off) < 0.25 * wait


def test_a_class_whose_wait_counts_five_times_is_foretold_that_it_overtakes() -> None:
    scenario = simulation.load("s2-cxwait").with_(horizon=200_000, warm_up=20_000)
    square, _, wait = errors(scenario)["high"]
    assert square < 1.15 * sqrt(wait * 12)
