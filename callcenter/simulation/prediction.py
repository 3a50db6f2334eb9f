"""Expected waits by the live estimator, to measure its error."""

from collections.abc import Mapping, Sequence

from callcenter.domain.routing import CandidatePool, Lines, Needs, Waiting, expected_wait
from callcenter.simulation.scenario import Scenario
from callcenter.simulation.staff import SimulatedAgent, serving
from callcenter.simulation.traffic import SimulatedContact


class Predictor:
    """QL: place x mean handling time / agents serving; the mean is over contacts so far."""

    def __init__(self, scenario: Scenario, needs: Mapping[str, Needs], staff: Sequence[SimulatedAgent]) -> None:
        self._needs = needs
        self._able = {one: [person.id for person in serving(one, list(staff))] for one in set(needs.values())}
        self._seen: dict[int, tuple[int, float]] = {}
        for kind in scenario.classes:
            count, total = self._seen.get(needs[kind.name].queue_id, (0, 0.0))
            self._seen[needs[kind.name].queue_id] = (count + 1, total + kind.handling.average)
        self._serving: dict[int, tuple[int, int]] = {}
        self._by_queue = {queue: self._of_queue(queue) for queue in self._seen}

    def _of_queue(self, queue: int) -> list[int]:
        return sorted({id for one, ids in self._able.items() if one.queue_id == queue for id in ids})

    def learn(self, contact: SimulatedContact) -> None:
        queue = self._needs[contact.kind.name].queue_id
        count, total = self._seen[queue]
        self._seen[queue] = (count + 1, total + contact.handle)

    def wait(self, waiting: Waiting, lines: Lines, candidates: CandidatePool, now: float) -> float | None:
        """Seconds, or None if no agent serves the queue."""
        queue = waiting.needs.queue_id
        count, total = self._seen[queue]
        estimate = expected_wait(
            place=_place(waiting, lines, now),
            agents_serving=self._present(queue, candidates),
            handling_seconds=total / count,
        )
        return None if estimate is None else estimate.total_seconds()

    def _present(self, queue: int, candidates: CandidatePool) -> int:
        size, found = self._serving.get(queue, (-1, 0))
        # The pool changes size when an agent signs in or out.
        if size != len(candidates):
            found = sum(candidates.get(id) is not None for id in self._by_queue[queue])
            self._serving[queue] = (len(candidates), found)
        return found


def _place(waiting: Waiting, lines: Lines, now: float) -> int:
    """1 + waiting contacts of the same queue with a higher score, in any line."""
    own, score = lines.line_of(waiting), waiting.score(now)
    place = own.place(waiting)
    for line in lines:
        if line is not own and line.needs.queue_id == waiting.needs.queue_id:
            same = Waiting(id=waiting.id, needs=line.needs, since=now, points=score, aging=line.aging)
            place += line.place(same) - 1
    return place
