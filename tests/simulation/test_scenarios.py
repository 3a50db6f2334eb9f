"""Scenarios from users: read, refused with a reason, replayed from a trace, and logged contact by contact."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from callcenter import simulation
from callcenter.cli.routing import routing
from callcenter.simulation import Scenario
from callcenter.simulation.scenario import SHIPPED, ScenarioError, of

UNSEEN = {
    "name": "a shop on Saturday",
    "horizon": "2 h",
    "seeds": 2,
    "queues": [{"name": "sales", "skills": {"sales": 2}, "rings": [{"after": "30 s", "skills": {"sales": 1}}]}],
    "agents": [
        {"name": "experts", "count": 3, "skills": {"sales": 3}},
        {"name": "beginners", "count": 4, "skills": {"sales": 1}, "absences": [{"from": "1 h", "until": "80 min"}]},
    ],
    "classes": [
        {
            "name": "buyers",
            "arrivals": [{"from": 0, "per_hour": 120}, {"from": "1 h", "per_hour": 60}],
            "handling": {"distribution": "lognormal", "mean": 150, "cv": 0.8},
            "patience": {"distribution": "exponential", "mean": 240},
            "preferred": {"share": 0.3, "hold": 10},
        }
    ],
    "offers": {"delay": 3, "miss": 0.05, "reservation": 20},
}
TWO = {
    "agents": [{"count": 1}],
    "classes": [{"name": "calls", "handling": 100}],
    "horizon": 1000,
    "warm_up": 0,
}


def _play(folder: Path, scenario: object, *options: str) -> tuple[int, str]:
    file = folder / "scenario.yaml"
    file.write_text(yaml.safe_dump(scenario))
    result = CliRunner().invoke(routing, [str(file), "--processes", "1", *options])
    return result.exit_code, result.output


def test_a_scenario_not_seen_before_is_played_twice_the_same(tmp_path: Path) -> None:
    code, first = _play(tmp_path, UNSEEN, "--json")
    assert code == 0
    assert first == _play(tmp_path, UNSEEN, "--json")[1]
    figures = {(one["name"], one["of"]): one["value"] for one in json.loads(first)["figures"]}
    assert figures["abandoned", "all"] > 0
    assert 0 < figures["use", "beginners"] < figures["use", "experts"] < 1
    assert figures["hit_rate", "all"] > 0


def test_given_traffic_is_replayed_and_each_contact_is_told(tmp_path: Path) -> None:
    traffic, log = tmp_path / "contacts.jsonl", tmp_path / "out.jsonl"
    lines = [
        {"id": "a", "t": 10, "class": "calls", "handle": 50, "patience": None, "preferred_agent": None},
        {"id": "b", "t": 20, "class": "calls", "handle": 30, "patience": 15, "preferred_agent": None},
        {"id": "c", "t": 30, "class": "calls", "handle": 20, "patience": 60, "preferred_agent": 1},
    ]
    traffic.write_text("".join(json.dumps(line) + "\n" for line in lines))
    code, output = _play(tmp_path, TWO, "--trace", str(traffic), "--log", str(log))
    assert code == 0, output
    told = {line["id"]: line for line in map(json.loads, log.read_text().splitlines())}
    assert told["a"] == {"id": "a", "answered": 10, "left": None, "ended": 60, "agent": 1, "offers": 1}
    assert (told["b"]["answered"], told["b"]["left"], told["b"]["agent"]) == (None, 35, None)
    assert (told["c"]["answered"], told["c"]["ended"]) == (60, 80)


def test_what_was_drawn_can_be_replayed_with_the_same_end(tmp_path: Path) -> None:
    drawn, first, second = (tmp_path / name for name in ("drawn.jsonl", "first.jsonl", "second.jsonl"))
    plain = {**UNSEEN, "offers": {"delay": 0}, "warm_up": 0}
    assert _play(tmp_path, plain, "--draw", str(drawn), "--log", str(first), "--seeds", "1")[0] == 0
    assert _play(tmp_path, plain, "--trace", str(drawn), "--log", str(second))[0] == 0
    assert len(first.read_text().splitlines()) > 100
    assert first.read_text() == second.read_text()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"agentz": []}, "agentz"),
        ({"agents": []}, "agents"),
        ({"classes": [{"name": "calls", "arrivals": {"per_hour": -1}, "handling": 60}]}, "per_hour"),
        (
            {"classes": [{"name": "calls", "arrivals": {"per_hour": 5}, "handling": {"distribution": "magic"}}]},
            "handling",
        ),
        ({"classes": [{"name": "calls", "queue": "nowhere", "arrivals": {"per_hour": 5}, "handling": 60}]}, "nowhere"),
    ],
)
def test_a_scenario_that_cannot_be_played_says_what_to_change(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(yaml.safe_dump({**UNSEEN, **change}))
    result = CliRunner().invoke(routing, [str(file)])
    assert result.exit_code != 0
    assert said in (result.output + str(result.exception))


def test_the_schema_describes_the_format() -> None:
    schema = json.loads(CliRunner().invoke(routing, ["--schema"]).output)
    assert schema == Scenario.model_json_schema()
    assert {"agents", "classes", "queues", "offers", "policy"} <= set(schema["properties"])


def test_every_shipped_scenario_stands_in_the_table_of_the_documentation() -> None:
    told = (Path(__file__).parents[2] / "docs" / "routing.md").read_text("utf-8")
    shipped = {file.stem for file in SHIPPED.glob("*.yaml")}
    assert {name for name in shipped if f"`{name}`" in told} == shipped


def test_a_trace_that_ends_within_the_warm_up_is_refused() -> None:
    scenario = of(
        {"horizon": 1000, "warm_up": 100, "agents": [{"count": 1}], "classes": [{"name": "a", "handling": 60}]}
    )
    with pytest.raises(ScenarioError, match="before the warm-up of 100 s"):
        simulation.run(scenario, trace=[{"t": 5, "handle": 60}])


@pytest.mark.parametrize("field", ["horizon", "handling"])
def test_a_time_with_an_unknown_unit_names_the_units(field: str) -> None:
    plain = {"horizon": 1000, "agents": [{"count": 1}], "classes": [{"name": "a", "handling": 60}]}
    data = (
        {**plain, "horizon": "1 hour"}
        if field == "horizon"
        else {**plain, "classes": [{"name": "a", "handling": "1 hour"}]}
    )
    with pytest.raises(ScenarioError, match="s, min, h or d"):
        of(data)
