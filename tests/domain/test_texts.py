"""Texts in one form: what slides, telephones and attackers put into them is gone or in its place."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain import texts


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ann\x0bLee", "Ann\nLee"),  # a line end copied out of slides
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("a\x00b\x01c\x1fd\x7fe\x9bf", "abcdef"),
        ("no\ufffe such\uffff letter\ufdd0\U0001fffe", "no such letter"),
        ("half\ud83d", "half"),
        ("e\u0301", "é"),
        ("\ufeffmark of byte order", "mark of byte order"),
        ("👩‍👩‍👧‍👦 stays a family", "👩‍👩‍👧‍👦 stays a family"),
        ("\u202egnp.exe", "\u202egnp.exe"),
        ("tab\tstays", "tab\tstays"),
        (" \u200b\u2060\u00ad\u3164\u2800 ", ""),  # nothing to see
    ],
)
def test_what_is_kept_of_a_text(typed: str, kept: str) -> None:
    assert texts.clean(typed) == kept


def test_a_line_has_no_end_in_it_and_no_more_than_allowed() -> None:
    assert texts.one_line("Ann\x0bvan  der\nLee ") == "Ann van der Lee"
    assert texts.one_line("Ann Lee", 4) == "Ann"
    assert texts.clean("word " * 10, 9) == "word word"


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_any_text_at_all_can_be_spoken_afterwards_and_changes_no_more(text: str) -> None:
    kept = texts.normal(text)
    assert texts.can_be_spoken(kept)
    assert texts.normal(kept) == kept
    kept.encode()  # no half surrogate
    assert unicodedata.is_normalized("NFC", kept)
