"""When agents are away: shifts, planned absences, random breaks. An agent finishes work in hand first."""

from collections.abc import Iterator
from itertools import count
from math import inf
from random import Random
from typing import TYPE_CHECKING

from callcenter.simulation.scenario import Absence, Shift
from callcenter.simulation.staff import SimulatedAgent
from callcenter.simulation.times import Draw

if TYPE_CHECKING:
    from callcenter.simulation.engine import Floor

Spans = Iterator[tuple[float, float]]


class Absences:
    """Signs the agents of one floor in and out."""

    def __init__(self, floor: "Floor", seed: int) -> None:
        self._floor = floor
        numbers: dict[str, int] = {}
        for person in floor.people.values():
            place = numbers[person.group.name] = numbers.get(person.group.name, 0) + 1
            self._plan(person, place, seed)

    def _plan(self, person: SimulatedAgent, place: int, seed: int) -> None:
        group = person.group
        spans = [_repeated(one) for one in group.absences if one.count is None or place <= one.count]
        if group.shift is not None:
            spans.append(_outside(group.shift))
        for one in spans:
            self._next(one, person)
        if group.breaks is not None:
            stream = Random(f"{seed}/breaks {person.id}")
            self._next(_at_random(group.breaks.after.drawn(stream), group.breaks.lasting.drawn(stream)), person)

    def _next(self, spans: Spans, person: SimulatedAgent) -> None:
        span = next(spans, None)
        if span is not None:
            self._floor.at(span[0], self._leave, (person, span[1], spans))

    def _leave(self, what: tuple[SimulatedAgent, float, Spans]) -> None:
        person, until, spans = what
        person.away += 1
        if until != inf:
            self._floor.at(until, self._come_back, (person, spans))
        if person.away == 1:
            self._floor.candidates.remove(person.id)
            self._floor.put(person)
            self._floor.after_leaving(person)
            self._floor.rings_changed()

    def gone(self, person: SimulatedAgent) -> None:
        if person.away_since is None:
            person.away_since = self._floor.now

    def _come_back(self, what: tuple[SimulatedAgent, Spans]) -> None:
        person, spans = what
        person.away -= 1
        self._next(spans, person)
        if not person.away:
            self._count(person, self._floor.now)
            person.idle_since = self._floor.now
            self._floor.put(person)
            self._floor.free(person)
            self._floor.rings_changed()

    def finish(self, end: float) -> None:
        for person in self._floor.people.values():
            self._count(person, end)

    def _count(self, person: SimulatedAgent, until: float) -> None:
        if person.away_since is not None:
            low, high = self._floor.span
            person.away_seconds += max(0.0, min(until, high) - max(person.away_since, low))
            person.away_since = None


def _repeated(absence: Absence) -> Spans:
    for turn in count() if absence.every else (0,):
        later = turn * (absence.every or 0)
        yield absence.start + later, absence.until + later


def _outside(shift: Shift) -> Spans:
    if shift.start > 0:
        yield 0.0, shift.start
    for turn in count() if shift.every else (0,):
        later = turn * (shift.every or 0)
        yield shift.until + later, shift.start + shift.every + later if shift.every else inf


def _at_random(after: Draw, lasting: Draw) -> Spans:
    now = 0.0
    while True:
        start = now + after()
        now = start + max(lasting(), 1e-3)
        yield start, now
