"""Rule files by command, without a database: check, decide, publish formats."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner, Result

from callcenter.cli import main
from callcenter.cli.empowerment import schema_text
from callcenter.domain.empowerment import files
from tests.rule_book import BOOK

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
FACTS = """
currency: USD
agent: {username: alice}
customer: {tier: gold, value: 421000}
case: {cause: late, fault: carrier}
usage:
  customer: [["2026-05-03T10:00:00+00:00", credit, 2000, USD, 1, false]]
budgets: [{name: Delivery, currency: USD, limit: 600000, left: 9000}]
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    file = tmp_path / "rules.yaml"
    file.write_text(BOOK, encoding="utf-8")
    return file


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    file = tmp_path / "facts.yaml"
    file.write_text(FACTS, encoding="utf-8")
    return file


@pytest.fixture(autouse=True)
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["empowerment", *map(str, words)])


def test_a_sound_file_is_said_to_be_sound(rules: Path) -> None:
    done = run("check", "--rules", rules)
    assert done.exit_code == 0, done.output
    assert "4 rules, 3 remedies, 0 faults" in done.output


def test_a_file_with_faults_names_the_rules_and_exits_with_one(rules: Path) -> None:
    rules.write_text(BOOK.replace("  what: {cause: late}\n", ""), encoding="utf-8")
    moved = yaml.safe_load(rules.read_text())
    moved["rules"] = [moved["rules"][n] for n in (0, 2, 1, 3)]
    moved["rules"][1].pop("remedies")
    rules.write_text(yaml.safe_dump(moved, allow_unicode=True), encoding="utf-8")
    done = run("check", "--rules", rules, "--cause", "late")
    assert done.exit_code == 1
    assert "Rule 12 can never apply, 15 comes first" in done.output
    assert "授权规则 12" in run("check", "--rules", rules, "--language", "zh").output
    told = json.loads(run("check", "--rules", rules, "--json").output)
    assert [(one["kind"], one["rules"]) for one in told] == [("dead", [12, 15])]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a: [", ["line"]),
        ("- 1", ["the file"]),
        (BOOK.replace("format: 1", ""), ["format"]),
        (
            BOOK.replace("outcome: ask", "outcome: perhaps\n  colour: red"),
            ["line 38, rule 22: outcome", "line 39, rule 22: colour"],
        ),
        ("a: &a [*a]", ["cycle"]),
    ],
)
def test_a_file_that_cannot_be_used_says_where(rules: Path, text: str, places: list[str]) -> None:
    rules.write_text(text, encoding="utf-8")
    done = run("check", "--rules", rules)
    assert done.exit_code == 2, done.output
    assert all(place in done.output for place in places), done.output


def test_a_decision_is_told_with_every_rule_and_why(rules: Path, facts: Path) -> None:
    at = "2026-11-20T12:00:00+0000"
    done = run("decide", "--rules", rules, "--facts", facts, "--at", at)
    assert done.exit_code == 0, done.output
    assert (
        "Up to $100 now: gold customers whose delivery was our mistake may get $150; $20 was given on 3 May."
        in done.output
    )
    assert "may give $90 (rule 12, bounded by budget)" in done.output
    assert "rule 3      fits: never above" in done.output
    assert "rule 15     fits, an earlier one came first" in done.output
    other = run("decide", "--rules", rules, "--facts", facts, "--at", at, "--language", "zh")
    assert "现在最多可补偿 $100" in other.output
    told = json.loads(run("decide", "--rules", rules, "--facts", facts, "--at", at, "--json").output)
    assert told["rules"][2] == [15, "later", ""]
    assert told["options"][0]["most"] == 9000
    facts.write_text(FACTS.replace("tier: gold", "tier: silver"), encoding="utf-8")
    assert "rule 12     does not fit: tier" in run("decide", "--rules", rules, "--facts", facts).output


def test_facts_that_cannot_be_used_are_told(rules: Path, facts: Path) -> None:
    for wrong in (FACTS.replace("agent:", "agents:"), "just words", FACTS.replace("left: 9000", "left: much")):
        facts.write_text(wrong, encoding="utf-8")
        done = run("decide", "--rules", rules, "--facts", facts)
        assert done.exit_code == 2, done.output
        assert "cannot be used" in done.output


@pytest.mark.parametrize("which", ["rules", "facts"])
def test_the_published_schema_is_that_of_the_program(which: str) -> None:
    assert (SCHEMAS / f"{which}.json").read_text(encoding="utf-8") == schema_text(which), (
        f"callcenter empowerment schema {which} > docs/schemas/{which}.json"
    )
    assert run("schema", which).output == schema_text(which)
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text(which)))


def test_the_schema_takes_what_the_program_takes_and_refuses_what_it_refuses() -> None:
    check = jsonschema.Draft202012Validator(files.rule_schema())
    good: dict[str, Any] = yaml.safe_load(BOOK)
    check.validate(good)
    check.validate(files.read(BOOK).to_data())
    for wrong in (
        BOOK.replace("tier: gold", "tier: platinum"),
        BOOK.replace("tier: gold", "colour: red"),
        BOOK.replace("outcome: ask", "outcome: perhaps"),
        BOOK.replace("grant: 2000", "grant: -1"),
        BOOK.replace("format: 1\n", ""),
    ):
        assert not check.is_valid(yaml.safe_load(wrong))
