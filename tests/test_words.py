"""Every text for customers is collected for translation and has its Chinese."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.words import say

ROOT = Path(__file__).parents[1] / "callcenter"
SPEAKS = ("say", "_say")
# Texts of refusals, each marked for translation where its class stands.
MARKED_ELSEWHERE = {"error.text"}


def _texts() -> Iterator[tuple[str, ast.expr]]:
    """(place, the text) of each call of `words.say` in what speaks to customers: the argument after the language."""
    for folder in ("actions", "telephony", "messaging", "webhooks"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            source = file.read_text()
            if "callcenter.words import say" not in source and "callcenter import words" not in source:
                continue
            for function in ast.walk(ast.parse(source)):
                if isinstance(function, ast.FunctionDef):
                    yield from ((f"{file.name}:{function.name}", text) for text in _said_in(function))


def _said_in(function: ast.FunctionDef) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        place = 2 if called == "_say" else 1
        if called in SPEAKS and len(node.args) > place:
            yield node.args[place]


TEXTS = list(_texts())


def test_no_text_is_passed_on_as_a_variable_which_nobody_collects() -> None:
    variables = [(place, text) for place, text in TEXTS if not isinstance(text, ast.Constant)]
    loose = [place for place, text in variables if ast.unparse(text) not in MARKED_ELSEWHERE]
    assert loose == ["twiml.py:_say"]  # it passes on its argument
    assert len(TEXTS) > 30


@pytest.mark.parametrize(
    "text", sorted({str(text.value) for _, text in TEXTS if isinstance(text, ast.Constant)}), ids=lambda text: text[:40]
)
def test_each_has_its_chinese(text: str) -> None:
    assert say("zh", text) != text
