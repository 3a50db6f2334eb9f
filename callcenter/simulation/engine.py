"""The floor in virtual time: contacts arrive, wait, are offered and served, by the live decision functions."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from itertools import count
from math import inf
from random import Random
from typing import Any

from callcenter.domain.routing import (
    Affinity,
    Asked,
    CandidatePool,
    Lines,
    Waiting,
    openings,
    what_next,
    who_should_take,
)
from callcenter.domain.routing.questions import ASKED_ALONE
from callcenter.simulation import absences
from callcenter.simulation.prediction import Predictor
from callcenter.simulation.scenario import CustomerClass, Scenario
from callcenter.simulation.staff import SimulatedAgent, needs_of
from callcenter.simulation.traffic import SimulatedContact

LONGEST = 3  # in horizons: contacts still queued then are reported unserved


class Floor:
    """`play` runs until every contact that arrived before the horizon was served or gave up."""

    def __init__(
        self, scenario: Scenario, seed: int, staff: Sequence[SimulatedAgent], done: Callable[[SimulatedContact], None]
    ) -> None:
        self.scenario, self.now, self._done = scenario, 0.0, done
        self.people = {person.id: person for person in staff}
        self.candidates, self.lines = CandidatePool(person.candidate() for person in staff), Lines()
        self.queued: dict[int, SimulatedContact] = {}
        self._asked: dict[int, SimulatedAgent] = {}
        self._open = 0
        self._heap: list[tuple[float, int, Callable[..., None], Any]] = []
        self._turn = count()
        self._chance = Random(f"{seed}/offers").random
        self._claims = {kind.name: claim(scenario, kind) for kind in scenario.classes}
        self._needs = needs_of(scenario)
        self._has_rings = any(len(needs.rings) > 1 for needs in self._needs.values())
        self.span = (scenario.warmed_up, scenario.horizon)
        self._predictor = Predictor(scenario, self._needs, self._claims)
        self.absences = absences.Absences(self, seed)

    def play(self, contacts: Iterable[SimulatedContact]) -> None:
        coming, heap = iter(contacts), self._heap
        contact, end = next(coming, None), LONGEST * self.scenario.horizon
        while contact is not None or (self._open and heap):
            if contact is not None and (not heap or contact.arrived <= heap[0][0]):
                self.now = contact.arrived
                self._arrive(contact)
                contact = next(coming, None)
                end = max(end, LONGEST * self.now)
            else:
                self.now, _, act, what = heappop(heap)
                if self.now > end:
                    break
                act(what)
        for stranded in self.queued.values():
            self._done(stranded)
        self.absences.finish(self.span[1])

    def at(self, moment: float, act: Callable[..., None], what: object) -> None:
        heappush(self._heap, (moment, next(self._turn), act, what))

    def _arrive(self, contact: SimulatedContact) -> None:
        kind = contact.kind
        points, aging, hold = self._claims[kind.name]
        known = () if contact.preferred is None else (Affinity(contact.preferred, "account", self.now + hold),)
        contact.waiting = Waiting(
            id=contact.key, needs=self._needs[kind.name], since=self.now, points=points, aging=aging, affinities=known
        )
        self._open += 1
        self._predictor.arrived(contact)
        self._ask(contact, contact.waiting)

    def _ask(self, contact: SimulatedContact, waiting: Waiting) -> None:
        choice = who_should_take(waiting, self.candidates, self.now)
        if choice.agent_id is None:
            self._queue(contact, waiting)
        else:
            self._offer(contact, self.people[choice.agent_id])

    def ask_again(self, contact: SimulatedContact) -> None:
        if contact.key in self.queued and contact.waiting is not None:
            choice = who_should_take(contact.waiting, self.candidates, self.now)
            if choice.agent_id is not None:
                self._unqueue(contact)
                self._offer(contact, self.people[choice.agent_id])

    def free(self, person: SimulatedAgent) -> None:
        """Offer this agent queued contacts until nothing more fits."""
        while self.queued and not person.is_asked and not person.away and person.is_ready:
            waiting = what_next(
                self.candidates.get(person.id) or person.candidate(), self.lines, self.candidates, self.now
            )
            if waiting is None:
                return
            contact = self.queued[waiting.id]
            self._unqueue(contact)
            self._offer(contact, person)

    def _queue(self, contact: SimulatedContact, waiting: Waiting) -> None:
        self.lines.add(waiting)
        self.queued[contact.key] = contact
        if contact.expected is None:
            contact.expected = self._predictor.wait(waiting, self.lines, self.candidates, self.now)
        self._let_patience_run(contact)
        self.await_rings(contact, waiting)
        for affinity in waiting.affinities:
            if affinity.until > self.now:
                self.at(affinity.until, self.ask_again, contact)
        for asked in waiting.asked.values():
            for moment in (asked.at + ASKED_ALONE, asked.until):
                if moment > self.now:
                    self.at(moment, self.ask_again, contact)

    def await_rings(self, contact: SimulatedContact, waiting: Waiting) -> None:
        if len(waiting.needs.rings) > 1:
            for opening in set(openings(waiting.needs, self.candidates)):
                if waiting.since + opening > self.now:
                    self.at(waiting.since + opening, self.ask_again, contact)

    def _unqueue(self, contact: SimulatedContact) -> None:
        self.lines.remove(contact.key)
        del self.queued[contact.key]

    def _let_patience_run(self, contact: SimulatedContact) -> None:
        if not contact.timed and contact.patience != inf:
            contact.timed = True
            self.at(contact.arrived + contact.patience, self._give_up, contact)

    def _give_up(self, contact: SimulatedContact) -> None:
        if contact.answered is not None:
            return
        contact.left = self.now
        self._open -= 1
        self._predictor.learn(contact, wait=self.now - contact.arrived)
        if contact.key in self.queued:
            self._unqueue(contact)
            self._done(contact)
            return
        person = self._asked.pop(contact.key)
        self._done(contact)
        person.is_asked = False
        self.put(person)
        self.free(person)

    def _offer(self, contact: SimulatedContact, person: SimulatedAgent) -> None:
        contact.offers += 1
        if person.at_once:
            self._answer(contact, person)
            return
        delay, reservation = person.delay(), self.scenario.offers.reservation
        is_missed = self._chance() < person.miss or delay > reservation
        person.is_asked = True
        self._asked[contact.key] = person
        self.put(person)
        self._let_patience_run(contact)
        what = (contact, person, contact.offers)
        self.at(self.now + (reservation if is_missed else delay), self._missed if is_missed else self._accepted, what)

    def _accepted(self, what: tuple[SimulatedContact, SimulatedAgent, int]) -> None:
        contact, person, offer = what
        # Ignore a stale timer: the customer gave up, or a later offer is open.
        if contact.left is None and contact.offers == offer:
            del self._asked[contact.key]
            person.is_asked = False
            self._answer(contact, person)

    def _missed(self, what: tuple[SimulatedContact, SimulatedAgent, int]) -> None:
        contact, person, offer = what
        if contact.left is not None or contact.offers != offer or contact.waiting is None:
            return
        del self._asked[contact.key]
        person.is_asked, person.idle_since = False, self.now
        person.missed += 1
        rules = self.scenario.offers
        if rules.misses_allowed is not None and person.missed >= rules.misses_allowed:
            person.is_ready = False
            self.at(self.now + person.returns(), self._return, person)
        self.put(person)
        asked = {**contact.waiting.asked, person.id: Asked(self.now, self.now + rules.pause)}
        contact.waiting = replace(contact.waiting, asked=asked)
        self._ask(contact, contact.waiting)
        if person.is_ready:
            self.free(person)
        else:
            self.after_leaving(person)

    def _return(self, person: SimulatedAgent) -> None:
        person.is_ready, person.missed, person.idle_since = True, 0, self.now
        self.put(person)
        self.free(person)

    def _answer(self, contact: SimulatedContact, person: SimulatedAgent) -> None:
        contact.answered, contact.agent, person.missed = self.now, person.id, 0
        person.idle_since = self.now  # with room for more, those come first who got something longest ago
        end = self.now + contact.handle
        counted = min(end, self.span[1]) - max(self.now, self.span[0])
        if contact.kind.channel.is_voice:
            person.calls += 1
            person.busy += max(0.0, counted)
        else:
            person.conversations += 1
            person.busy += max(0.0, counted) * person.share
        self.put(person)
        self.at(end, self._end, (contact, person))
        if not person.at_once or person.limits.total > 1:
            self.free(person)

    def _end(self, what: tuple[SimulatedContact, SimulatedAgent]) -> None:
        contact, person = what
        contact.ended = person.idle_since = self.now
        if contact.kind.channel.is_voice:
            person.calls -= 1
        else:
            person.conversations -= 1
        self._open -= 1
        assert contact.answered is not None
        self._predictor.learn(contact, wait=contact.answered - contact.arrived)
        self._done(contact)
        self.put(person)
        self.free(person)

    def put(self, person: SimulatedAgent) -> None:
        if not person.away:
            self.candidates.put(person.candidate())
        elif not (person.calls or person.conversations or person.is_asked):
            self.absences.gone(person)

    def after_leaving(self, person: SimulatedAgent) -> None:
        """Re-route contacts that were held for this agent."""
        for waiting in self.lines.known_by(person.id):
            self.ask_again(self.queued[waiting.id])

    def rings_changed(self) -> None:
        if self._has_rings:
            for contact in list(self.queued.values()):
                self.ask_again(contact)
                if contact.key in self.queued and contact.waiting is not None:
                    self.await_rings(contact, contact.waiting)


def claim(scenario: Scenario, kind: CustomerClass) -> tuple[float, float, float]:
    """Returns (points, aging, affinity hold in seconds)."""
    queue = scenario.queue_of(kind)
    channel, policy = kind.channel, scenario.policy
    points = policy.head_start.get(channel, 0.0) + queue.priority + kind.priority + kind.value
    aging = queue.aging * policy.aging.get(channel, 1.0) if kind.aging is None else kind.aging
    most = policy.most
    return points if most is None else min(points, most), aging, kind.preferred.hold if kind.preferred else 0.0
