"""The worked examples of docs/empowerment.md are correct."""

import re
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import yaml

from callcenter.domain.empowerment import Balance, Balances, EarlierGrant, Usage, decide, files, hold

PAGE = (Path(__file__).parents[2] / "docs" / "empowerment.md").read_text()
NOW = datetime(2026, 11, 19, 22, tzinfo=UTC)


def _blocks(kind: str) -> list[str]:
    return re.findall(rf"```yaml {kind}\n(.*?)```", PAGE, re.DOTALL)


RULES = files.read(_blocks("rules")[0])
CASES = [yaml.safe_load(block) for block in _blocks("case")]


def _given(one: dict[str, Any]) -> EarlierGrant:
    day: date = one["at"]
    at = datetime.combine(day, time(12), tzinfo=UTC)
    return EarlierGrant(at, one["remedy"], one["amount"], "USD", same_ticket=one.get("same_ticket", False))


def test_the_page_has_its_examples() -> None:
    assert len(CASES) == 4


@pytest.mark.parametrize("case", CASES)
def test_what_the_page_says_is_what_is_decided(case: dict[str, Any]) -> None:
    budget = case.get("budget")
    balances = Balances((Balance(1, "company", "USD", budget["limit"], budget["left"]),)) if budget else Balances()
    usage = Usage(tuple(_given(one) for one in case.get("given", ())))
    decision = decide(files.facts_of(case["facts"]), RULES, usage, balances, now=NOW)
    expected = case["expect"]
    if "sentence" in expected:
        assert decision.sentence == expected["sentence"]
    assert {key: decision.option(key).most for key in expected["most"]} == expected["most"]  # type: ignore[union-attr]
    for remedy, units, answer, *roles in expected["requests"]:
        held = hold(decision, remedy, units)
        assert (held.answer, [step.role for step in held.steps]) == (answer, *(roles or [[]]))
