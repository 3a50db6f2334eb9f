"""Contacts over time, drawn from a random stream per class, or from a trace."""

import json
from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from math import inf, isfinite
from operator import attrgetter
from pathlib import Path
from random import Random
from typing import Any

from callcenter.domain.routing import Waiting
from callcenter.simulation.arrivals import moments
from callcenter.simulation.scenario import CustomerClass, Scenario, ScenarioError


class SimulatedContact:
    """One customer contact; results None until they happen. Times in virtual seconds."""

    __slots__ = (
        "agent",
        "answered",
        "arrived",
        "ended",
        "expected",
        "handle",
        "id",
        "key",
        "kind",
        "left",
        "offers",
        "patience",
        "preferred",
        "timed",
        "waiting",
    )

    def __init__(
        self,
        key: int,
        kind: CustomerClass,
        arrived: float,
        handle: float,
        patience: float,
        preferred: int | None,
        id: Any = None,
    ) -> None:
        self.key, self.kind, self.arrived, self.handle = key, kind, arrived, handle
        self.patience, self.preferred = patience, preferred
        self.id = id
        self.offers = 0
        self.timed = False
        self.waiting: Waiting | None = None
        self.expected: float | None = None
        self.answered: float | None = None
        self.left: float | None = None
        self.ended: float | None = None
        self.agent: int | None = None


def drawn(scenario: Scenario, seed: int, knowing: Mapping[str, tuple[int, ...]]) -> Iterator[SimulatedContact]:
    """One seed's traffic in order of arrival. `knowing`: by class, agents its customers may know."""
    streams = [
        _of_class(kind, scenario.horizon, seed, knowing.get(kind.name, ()))
        for kind in scenario.classes
        if kind.arrivals is not None
    ]
    contacts = streams[0] if len(streams) == 1 else merge(*streams, key=attrgetter("arrived"))
    for key, contact in enumerate(contacts, start=1):
        contact.key = contact.id = key
        yield contact


def _of_class(kind: CustomerClass, horizon: float, seed: int, known: tuple[int, ...]) -> Iterator[SimulatedContact]:
    assert kind.arrivals is not None
    arrivals, handling, patience, knows = (
        # Separate streams: compared policies meet the same traffic.
        Random(f"{seed}/{kind.name}/{what}")
        for what in ("arrivals", "handling", "patience", "knows")
    )
    handle = kind.handling.drawn(handling)
    lasts = kind.patience.drawn(patience) if kind.patience is not None else lambda: inf
    share = kind.preferred.share if kind.preferred is not None and known else 0.0
    for moment in moments(kind.arrivals, kind.handling.average, arrivals, horizon):
        agent = known[int(knows.random() * len(known))] if share and knows.random() < share else None
        yield SimulatedContact(0, kind, moment, handle(), lasts(), agent)


def read(path: str) -> list[dict[str, Any]]:
    try:
        texts = Path(path).read_text(encoding="utf-8").splitlines()
        return [json.loads(text) for text in texts if text.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path} cannot be read.") from error
    except json.JSONDecodeError as error:
        raise ScenarioError(f"{path} is not a JSON object a line: {error}.") from error


def traced(lines: Iterable[Any], scenario: Scenario, agents: int) -> list[SimulatedContact]:
    """Contacts from mappings: id, t, class, handle, patience (None: infinite), preferred_agent. Raises ScenarioError."""
    kinds = {kind.name: kind for kind in scenario.classes}
    contacts = [_contact(f"Contact {n} of the trace", line, kinds, agents) for n, line in enumerate(lines, start=1)]
    contacts.sort(key=attrgetter("arrived"))
    for key, contact in enumerate(contacts, start=1):
        contact.key = key
        contact.id = key if contact.id is None else contact.id
    if not contacts:
        raise ScenarioError("The trace holds no contacts.")
    return contacts


def _contact(place: str, line: Any, kinds: Mapping[str, CustomerClass], agents: int) -> SimulatedContact:
    if not isinstance(line, Mapping):
        raise ScenarioError(f"{place}: not a JSON object.")
    kind = (
        next(iter(kinds.values()))
        if line.get("class") is None and len(kinds) == 1
        else kinds.get(str(line.get("class")))
    )
    if kind is None:
        raise ScenarioError(f"{place}: the scenario has no class {line.get('class')}, only {', '.join(kinds)}.")
    preferred = line.get("preferred_agent")
    if preferred is not None and (not isinstance(preferred, int) or not 1 <= preferred <= agents):
        raise ScenarioError(f"{place}: preferred_agent must be null or 1 to {agents}, not {preferred}.")
    patience = inf if line.get("patience") is None else _number(place, line, "patience")
    arrived, handle = _number(place, line, "t"), _number(place, line, "handle")
    return SimulatedContact(0, kind, arrived, handle, patience, preferred, id=line.get("id"))


def _number(place: str, line: Mapping[str, Any], name: str) -> float:
    value = line.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < 0:
        raise ScenarioError(f"{place}: {name} must be a number of seconds from 0, not {value}.")
    return float(value)


def as_trace(contact: SimulatedContact) -> dict[str, Any]:
    return {
        "id": contact.id,
        "t": contact.arrived,
        "class": contact.kind.name,
        "handle": contact.handle,
        "patience": contact.patience if isfinite(contact.patience) else None,
        "preferred_agent": contact.preferred,
    }


def as_log(contact: SimulatedContact) -> dict[str, Any]:
    """The contact's results: virtual seconds, or null."""
    return {
        "id": contact.id,
        "answered": contact.answered,
        "left": contact.left,
        "ended": contact.ended,
        "agent": contact.agent,
        "offers": contact.offers,
    }


def write(path: str, lines: Iterable[Mapping[str, Any]]) -> None:
    try:
        with Path(path).open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise ScenarioError(f"{path} cannot be written.") from error
