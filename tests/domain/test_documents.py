"""Rule files that somebody made wrong, or to do harm."""

import json
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from callcenter.domain.empowerment import RuleBook, documents, files
from callcenter.domain.empowerment.files import InvalidFile
from tests.empowered import BOOK

GOOD = files.write(RuleBook.model_validate(BOOK))


def faults(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidFile) as error:
        files.read(text)
    return error.value.faults


def test_a_key_that_is_there_twice_is_refused_with_its_line() -> None:
    text = GOOD.replace("    grant: 10000\n", "    grant: 10000\n    grant: 100000\n")
    assert text != GOOD
    line = text.split("\n").index("    grant: 100000") + 1
    assert faults(text) == [(f"line {line}", "grant is there twice")]
    assert faults('{"format": 1, "format": 1}') == [("line 1", "format is there twice")]


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 13)
)


@pytest.mark.parametrize(
    "text",
    [BOMB, "[" * 30_000, "{a: " * 30_000, "- " * 30_000, "? " * 30_000, "a: " + "9" * 900_000, "x" * 1_000_001, "&a " * 9000],
    ids=["aliases", "lists", "mappings", "dashes", "keys", "digits", "size", "anchors"],
)  # fmt: skip
def test_a_file_made_to_do_harm_is_refused_at_once(text: str) -> None:
    began = perf_counter()
    assert faults(text)
    assert perf_counter() - began < 2


@pytest.mark.parametrize("text", ["format: 1\x00", "a: \ud800", "format: \x07", "a: b: c", "!!python/object:os.system x", "a: 1\n--- \nb: 2", "? [a]\n: 1", "a: *b", "%YAML 9.9\n---\na: 1"])  # fmt: skip
def test_what_is_no_document_is_refused_and_nothing_breaks(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize("amount", ['"1000"', "true", "0100", "10:30", "1_000", "0x64", "0o144", "1e3", "10.0", "~", "yes", "[100]"])  # fmt: skip
def test_only_a_whole_number_is_an_amount(amount: str) -> None:
    text = GOOD.replace("grant: 10000", f"grant: {amount}")
    line = text.split("\n").index(f"    grant: {amount}") + 1
    if amount == "~":
        assert files.read(text)  # nothing is said, as if it were left out
        return
    assert faults(text)[0][0] == f"line {line}, rule 14: limits.grant"


WRONG: list[Any] = ["1000", True, -1, 1.5, [1], {"a": 1}, 10**15, 1000, 0, None]


@pytest.mark.parametrize("amount", WRONG)
def test_the_loader_refuses_what_the_published_schema_refuses(amount: object) -> None:
    data = json.loads(json.dumps(RuleBook.model_validate(BOOK).to_data()))
    data["rules"][4]["limits"]["grant"] = amount
    fits = Draft202012Validator(files.rule_schema()).is_valid(data)
    try:
        files.read(json.dumps(data))
    except InvalidFile:
        assert not fits
    else:
        assert fits


def test_a_rule_is_named_by_its_number_and_one_without_by_its_place() -> None:
    text = GOOD.replace("- id: 14\n  who:", "- who:").replace("kind: refund", "kind: money")
    places = [place for place, _ in faults(text)]
    assert any(place.endswith("remedy refund: kind") and place.startswith("line ") for place in places), places
    assert any("rule without id, the 5.: id" in place for place in places), places


def test_yaml_is_read_by_its_newer_rules() -> None:
    read = documents.read("no: off\non: ~\nt: 2026-05-03\nn: -7\nf: 8.5\nq: '7'\nm: &m {a: 1}\nr: *m\n").data
    assert read == {
        "no": "off",
        "on": None,
        "t": "2026-05-03",
        "n": -7,
        "f": 8.5,
        "q": "7",
        "m": {"a": 1},
        "r": {"a": 1},
    }


@given(st.recursive(st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1, max_size=4), inner, max_size=4), max_leaves=20))  # fmt: skip
def test_every_json_document_is_read_as_json_reads_it(data: object) -> None:
    assert documents.read(json.dumps(data, ensure_ascii=False)).data == data


@given(st.text(max_size=200))
def test_whatever_is_sent_is_read_or_refused(text: str) -> None:
    try:
        files.read(text)
    except InvalidFile:
        return
