"""Reads YAML 1.2 (and so JSON) into plain values with their lines. Bounded before anything is built.

YAML 1.1 takes `010` for 8, `10:30` for 630 and `no` for false, and lets the last of two equal keys win: in amounts of
money each of these is a trap. So this reads the core schema (yaml.org/spec/1.2.2, chapter 10.3) and refuses the rest.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

LARGEST = 1_000_000  # characters; 500 rules are about 150,000
DEEPEST = 20  # lists and mappings within each other; a rule book has 6
MOST_VALUES = 200_000  # aliases count as what they stand for
LONGEST_NUMBER = 17  # characters: what every reader of JSON knows exactly, and its sign
# libyaml is ten times as fast. Only its events are used: its composer recurses, and a deep document ends the process.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?")
WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
Path = tuple[str | int, ...]


class Unreadable(ValueError):
    """`line` counts from 1; 0: the whole text."""

    def __init__(self, problem: str, line: int = 0) -> None:
        self.problem, self.line = problem, line
        super().__init__(problem)


@dataclass(frozen=True, slots=True)
class Document:
    data: Any
    lines: dict[Path, int] = field(default_factory=dict)  # where each value begins

    def line(self, path: Path) -> int:
        """Of the value, or of the innermost one around it that exists; 0 if unknown."""
        return next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), 0)


def read(text: str) -> Document:
    """Raises Unreadable."""
    if len(text) > LARGEST:
        raise Unreadable("is larger than a rule file can be")
    strange = UNPRINTABLE.search(text)
    if strange:
        raise Unreadable("holds a character that no text has", text.count("\n", 0, strange.start()) + 1)
    try:
        return _Reading(text).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise Unreadable(getattr(error, "problem", None) or "is no YAML", mark.line + 1 if mark else 0) from None


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read."""

    value: list[Any] | dict[str, Any]
    path: Path
    anchor: str | None
    began: int  # how many values there were before it
    key: str | None = None

    def inside(self) -> Path:
        return (*self.path, len(self.value) if isinstance(self.value, list) else self.key or "")


class _Reading:
    def __init__(self, text: str) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=LOADER)
        self._above: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}  # (value, how many values it holds)
        self._count = 0
        self._lines: dict[Path, int] = {}
        self._root: list[Any] = []

    def document(self) -> Document:
        acts: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.SequenceStartEvent: lambda event: self._begin(event, []),
            yaml.MappingStartEvent: lambda event: self._begin(event, {}),
            yaml.SequenceEndEvent: self._end,
            yaml.MappingEndEvent: self._end,
        }
        for event in self._events:
            act = acts.get(type(event))
            if act:
                act(event)
        return Document(self._root[0] if self._root else None, self._lines)

    def _begin(self, event: Any, value: list[Any] | dict[str, Any]) -> None:
        self._check(event)
        if len(self._above) >= DEEPEST:
            raise Unreadable("lists and mappings lie too deep within each other", _line(event))
        if self._wants_key():
            raise Unreadable("a key is a text", _line(event))
        path = self._path()
        self._lines[path] = _line(event)
        self._above.append(_Open(value, path, event.anchor, self._count))
        self._anchors.pop(event.anchor or "", None)
        self._add(1, event)

    def _end(self, _: Any) -> None:
        done = self._above.pop()
        if done.anchor:
            self._anchors[done.anchor] = (done.value, self._count - done.began)
        self._put(done.value)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            within = any(one.anchor == event.anchor for one in self._above)
            problem = (
                "a cycle: an alias refers to what contains it" if within else f"*{event.anchor} stands for nothing"
            )
            raise Unreadable(problem, _line(event))
        if self._wants_key():
            raise Unreadable("a key is a text", _line(event))
        value, count = self._anchors[event.anchor]
        self._add(count, event)
        self._lines[self._path()] = _line(event)
        self._put(value)

    def _scalar(self, event: Any) -> None:
        self._check(event)
        self._add(1, event)
        if self._wants_key():
            self._key(event)
            return
        value = _plain(event.value) if event.implicit[0] else event.value
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._lines[self._path()] = _line(event)
        self._put(value)

    def _key(self, event: Any) -> None:
        mapping = self._above[-1]
        if event.value in mapping.value:
            raise Unreadable(f"{event.value[:60]} is there twice", _line(event))
        mapping.key = event.value

    def _check(self, event: Any) -> None:
        if event.tag and not (isinstance(event, yaml.ScalarEvent) and event.tag == "!"):
            raise Unreadable(f"the tag {event.tag[:60]} is not read", _line(event))

    def _add(self, count: int, event: Any) -> None:
        self._count += count
        if self._count > MOST_VALUES:
            raise Unreadable("holds more values than a rule file can", _line(event))

    def _wants_key(self) -> bool:
        return bool(self._above) and isinstance(self._above[-1].value, dict) and self._above[-1].key is None

    def _path(self) -> Path:
        return self._above[-1].inside() if self._above else ()

    def _put(self, value: Any) -> None:
        if not self._above:
            if self._root:
                raise Unreadable("a second document begins")
            self._root.append(value)
            return
        outer = self._above[-1]
        if isinstance(outer.value, list):
            outer.value.append(value)
        elif outer.key is not None:
            outer.value[outer.key], outer.key = value, None


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _plain(text: str) -> Any:
    """A word without quotes. What only looks like a number, as 0100 or 10:30, is a text."""
    if text in WORDS:
        return WORDS[text]
    if len(text) <= LONGEST_NUMBER:
        if INT.fullmatch(text):
            return int(text)
        if FLOAT.fullmatch(text):
            return float(text)
    return text
