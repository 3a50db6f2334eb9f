"""Expected waits by the live estimator, to measure its error."""

from collections.abc import Mapping

from callcenter.domain.routing import CandidatePool, Flow, Lines, Needs, Pace, Waiting, forecast
from callcenter.simulation.scenario import Scenario
from callcenter.simulation.traffic import SimulatedContact

LEARN_EVERY = 60.0  # seconds


class _Seen:
    """Of one class, so far."""

    __slots__ = ("arrived", "handled", "handling", "left", "waited")

    def __init__(self, handling: float) -> None:
        self.handled, self.handling, self.arrived, self.left, self.waited = 1, handling, 0, 0, 0.0


class Predictor:
    """Measures handling times, arrivals and patience as the live service does: from contacts so far."""

    def __init__(
        self, scenario: Scenario, needs: Mapping[str, Needs], claims: Mapping[str, tuple[float, float, float]]
    ) -> None:
        self._needs, self._claims = needs, claims
        self._seen = {kind.name: _Seen(kind.handling.average) for kind in scenario.classes}
        self._pace, self._until = Pace(), 0.0

    def arrived(self, contact: SimulatedContact) -> None:
        self._seen[contact.kind.name].arrived += 1

    def learn(self, contact: SimulatedContact, *, wait: float) -> None:
        """Served or given up after `wait` seconds."""
        seen = self._seen[contact.kind.name]
        seen.waited += wait
        if contact.answered is None:
            seen.left += 1
        else:
            seen.handled += 1
            seen.handling += contact.handle

    def wait(self, waiting: Waiting, lines: Lines, candidates: CandidatePool, now: float) -> float | None:
        """Seconds, or None if no agent serves the queue."""
        if now >= self._until:
            self._until, self._pace = now + LEARN_EVERY, self._measured(now)
        return forecast(waiting, lines, candidates, self._pace, now).seconds

    def _measured(self, now: float) -> Pace:
        flows = []
        for name, seen in self._seen.items():
            points, aging, _ = self._claims[name]
            flows.append(
                Flow(
                    needs=self._needs[name],
                    handling=seen.handling / seen.handled,
                    a_second=seen.arrived / now if now else 0.0,
                    points=points,
                    aging=aging,
                    gives_up=seen.left / seen.waited if seen.waited else 0.0,
                )
            )
        return Pace(flows)
