"""Injected faults: which webhook or REST answer fails, how, how often. Seeded, hence repeatable."""

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WEBHOOK_FAULTS = frozenset({"duplicate", "parallel", "delay", "reorder", "drop", "lost-answer", "forged", "unsigned"})


class UnknownFault(ValueError):
    """The message says what is not supported."""


@dataclass
class Fault:
    """One rule. `seconds`: delay; `times` None: until deleted; `after`: fail a REST request once it has run."""

    id: int
    kind: str
    path: str = ""
    event: str = ""
    sid: str = ""
    number: str = ""
    method: str = ""
    status: int = 0
    seconds: float = 0.0
    times: int | None = None
    chance: float = 1.0
    after: bool = False
    used: int = 0

    @property
    def left(self) -> int | None:
        return None if self.times is None else max(0, self.times - self.used)

    def as_json(self) -> dict[str, Any]:
        return {**self.__dict__, "left": self.left}


@dataclass
class Faults:
    """All rules, oldest first. `slow_network` is a delay in seconds of every request."""

    seed: int = 0
    slow_network: float = 0.0
    rules: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._random = random.Random(self.seed)
        self._next = 1

    def add(self, asked: Mapping[str, Any]) -> Fault | None:
        """Add a rule in the control API's format; `slow_network` makes none."""
        if "slow_network" in asked:
            self.slow_network = float(asked["slow_network"])
            return None
        rule = _rest_rule(asked["rest"]) if "rest" in asked else _webhook_rule(asked)
        with self._lock:
            rule.id = self._next
            self._next += 1
            self.rules.append(rule)
        return rule

    def clear(self) -> None:
        with self._lock:
            self.rules.clear()
            self.slow_network = 0.0
            self._random.seed(self.seed)

    def remove(self, rule_id: int) -> bool:
        with self._lock:
            before = len(self.rules)
            self.rules = [rule for rule in self.rules if rule.id != rule_id]
            return len(self.rules) < before

    def of_webhook(self, *, path: str, event: str, params: Mapping[str, str]) -> list[Fault]:
        """Rules that apply to this webhook now; each counts as used."""
        with self._lock:
            matching = [rule for rule in self.rules if rule.kind != "rest" and _fits(rule, path, event, params)]
            return [rule for rule in matching if self._strikes(rule)]

    def of_rest(self, *, path: str, method: str) -> Fault | None:
        """The first rule that applies to this REST request; counts as used."""
        with self._lock:
            for rule in self.rules:
                asked = rule.kind == "rest" and rule.path in path and rule.method in ("", method)
                if asked and self._strikes(rule):
                    return rule
        return None

    def _strikes(self, rule: Fault) -> bool:
        if rule.left == 0 or self._random.random() >= rule.chance:
            return False
        rule.used += 1
        return True


def _webhook_rule(asked: Mapping[str, Any]) -> Fault:
    kind = str(asked.get("fault", ""))
    if kind not in WEBHOOK_FAULTS:
        raise UnknownFault(f"fault must be one of {', '.join(sorted(WEBHOOK_FAULTS))}")
    match = asked.get("match") or {}
    unknown = set(match) - {"path", "event", "sid", "number"}
    if unknown:
        raise UnknownFault(f"match knows path, event, sid and number, not {', '.join(sorted(unknown))}")
    texts = {key: str(value) for key, value in match.items()}
    return Fault(0, kind, **texts, **_common(asked))  # type: ignore[arg-type]


def _rest_rule(asked: Mapping[str, Any]) -> Fault:
    return Fault(
        id=0,
        kind="rest",
        path=str(asked.get("path", "")),
        method=str(asked.get("method", "")).upper(),
        status=int(asked.get("status", 500)),
        after=bool(asked.get("after", False)),
        **_common(asked),
    )


def _common(asked: Mapping[str, Any]) -> dict[str, Any]:
    times = asked.get("times", 1)
    return {
        "seconds": float(asked.get("seconds", 0)),
        "times": None if times is None else int(times),
        "chance": float(asked.get("chance", 1.0)),
    }


def _fits(rule: Fault, path: str, event: str, params: Mapping[str, str]) -> bool:
    values = set(params.values())
    return (
        path.startswith(rule.path)
        and rule.event in ("", event)
        and (not rule.sid or rule.sid in values)
        and (not rule.number or rule.number in values)
    )
