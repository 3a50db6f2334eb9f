"""What-if simulations, run by a worker. A dead worker's simulation restarts."""

from datetime import timedelta
from typing import Any

from callcenter.domain import what_ifs as rules
from callcenter.domain.errors import N_, DomainError, NotAllowed
from callcenter.domain.permissions import Actor
from callcenter.domain.setup_events import WhatIfAsked, WhatIfEnded
from callcenter.domain.states import LongJobState
from callcenter.domain.what_ifs import WhatIfScenario
from callcenter.storage.administration import company
from callcenter.storage.supervision import what_ifs
from callcenter.storage.supervision.what_ifs import WhatIf
from callcenter.storage.work import Work

# Without a report for so long, a worker counts as dead; a day of 20 000 calls takes a tenth of it.
BELIEVED = timedelta(minutes=2)
MOST_TRIES = 3
MOST_OPEN = 10


class TooManyOpen(DomainError):
    code = "too-many-open"
    text = N_("Others are still being worked out. Wait until one is done.")


class WhatIfSuperseded(Exception):
    """Another worker holds the simulation, or it has ended."""


def ask(work: Work, scenario: WhatIfScenario, *, actor: Actor) -> WhatIf:
    """NotAllowed, NotValid by field, TooManyOpen."""
    if not actor.leads:
        raise NotAllowed
    queue = company.queue(work.session, scenario.queue_id)
    usable = queue if queue and queue.is_active else None
    rules.check(scenario, usable.policy if usable else None, usable.priority if usable else 0)
    if what_ifs.count_open(work.session) >= MOST_OPEN:
        raise TooManyOpen
    row = WhatIf(
        asked_by=actor.agent_id,
        actor=actor.label,
        scenario=scenario.model_dump(mode="json"),
        state=LongJobState.QUEUED,
        due_at=work.now,
        created_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.record(WhatIfAsked(what_if_id=row.id, actor=actor.label))
    return row


def begin(work: Work, what_if_id: int) -> tuple[WhatIfScenario, int] | None:
    """(scenario, number of this try); None where not due. Fails the simulation after the last try."""
    row = what_ifs.claim(work.session, what_if_id, now=work.now)
    if row is None:
        return None
    if row.tries >= MOST_TRIES:
        _end(work, row, state=LongJobState.FAILED, reason="tries")
        return None
    row.state, row.due_at, row.begun_at = LongJobState.RUNNING, work.now + BELIEVED, work.now
    row.tries += 1
    row.played = row.to_play = 0
    return WhatIfScenario.model_validate(row.scenario), row.tries


def go_on(work: Work, what_if_id: int, *, attempt: int, played: int, to_play: int) -> None:
    """Save progress and extend the claim. WhatIfSuperseded: stop."""
    row = _mine(work, what_if_id, attempt)
    row.played, row.to_play, row.due_at = played, to_play, work.now + BELIEVED


def finish(work: Work, what_if_id: int, *, attempt: int, result: dict[str, Any]) -> None:
    row = _mine(work, what_if_id, attempt)
    row.result = result
    _end(work, row, state=LongJobState.DONE)


def fail(work: Work, what_if_id: int, *, attempt: int, reason: str) -> None:
    # No retry: the error would repeat.
    _end(work, _mine(work, what_if_id, attempt), state=LongJobState.FAILED, reason=reason)


def _mine(work: Work, what_if_id: int, attempt: int) -> WhatIf:
    row = what_ifs.get(work.session, what_if_id, lock=True)
    if row is None or row.state != LongJobState.RUNNING or row.tries != attempt:
        raise WhatIfSuperseded
    return row


def _end(work: Work, row: WhatIf, *, state: LongJobState, reason: str = "") -> None:
    row.state, row.reason, row.due_at, row.ended_at = state, reason, None, work.now
    work.record(WhatIfEnded(what_if_id=row.id, state=state, actor="system"))
