"""What-if simulations of past days: requested here, run by a worker, read when done."""

from datetime import datetime
from typing import Annotated, Any, Literal

from flask import Response
from pydantic import Field

from callcenter import wiring
from callcenter.actions.supervision import what_ifs as acts
from callcenter.api import cursors
from callcenter.api.authentication import actor
from callcenter.api.once import once
from callcenter.api.operations import operation
from callcenter.api.shapes import Id, Listing, Page, RequestBody, ResponseBody
from callcenter.declared import leaders
from callcenter.domain.errors import NotFound
from callcenter.domain.states import LongJobState
from callcenter.domain.what_ifs import MINUTES_A_DAY, WhatIfScenario
from callcenter.storage.supervision import what_ifs
from callcenter.storage.work import Work

Minutes = Annotated[int, Field(ge=0, le=MINUTES_A_DAY, description="Of the day.")]
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "workdays"]


class WhatIfShown(ResponseBody):
    """A simulation. `result` once done: figures as [mean, half of the 95 % interval], pairs as [as it was, as it
    would be]."""

    id: int
    asked_by: int | None
    state: LongJobState
    scenario: dict[str, Any]
    played: int
    to_play: int
    reason: Annotated[str, Field(description="Why it failed: no_calls, no_duty, too_few, no_queue, tries.")]
    created_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    result: dict[str, Any] | None


class WhatIfs(Page[WhatIfShown]):
    pass


class WhatIfSent(RequestBody):
    """A simulation to run. At least one of `agents`, `ring` and `priority` differs from what it was."""

    day: Day
    weeks: Annotated[int, Field(ge=1, le=8)] = 4
    percent: Annotated[int, Field(ge=10, le=2_000, description="Of those days' calls, both times.")] = 100
    queue_id: Id
    agents: Annotated[int, Field(ge=-50, le=50, description="More, or below 0 fewer, with the queue's skills.")] = 0
    since: Minutes = 0
    until: Minutes = MINUTES_A_DAY
    ring: Annotated[
        Literal["", "2", "3", "4", "5", "6", "7", "8", "9", "skills", "language", "supervisors"],
        Field(description="A ring of the queue, or a new last one."),
    ] = ""
    ring_after: Annotated[int | None, Field(ge=0, le=86_400, description="Seconds.")] = None
    priority: Annotated[int | None, Field(ge=0, le=3_600)] = None


@operation("GET", "/what-ifs", query=Listing, answer=WhatIfs)
@leaders
def list_what_ifs(query: Listing) -> WhatIfs:
    """List simulations, newest first."""
    with wiring.current().reading() as session:
        rows = what_ifs.page(session, before=cursors.read(query, "what-ifs"), limit=query.limit + 1)
    page, after = cursors.cut(rows, query, "what-ifs")
    return WhatIfs(data=WhatIfShown.all_of(page), next=after)


@operation("GET", "/what-ifs/{what_if_id}", answer=WhatIfShown)
@leaders
def get_what_if(what_if_id: int) -> WhatIfShown:
    """Get a simulation, with its result once done."""
    with wiring.current().reading() as session:
        found = what_ifs.get(session, what_if_id)
    if found is None:
        raise NotFound
    return WhatIfShown.of(found)


@operation(
    "POST",
    "/what-ifs",
    body=WhatIfSent,
    answer=WhatIfShown,
    status=201,
    repeatable=True,
    refuses={409: ("too-many-open",)},
)
@leaders
def try_what_if(body: WhatIfSent) -> Response:
    """Request a simulation of past days with changed settings. A worker runs it; poll until it is done."""

    def make(work: Work) -> WhatIfShown:
        return WhatIfShown.of(acts.ask(work, WhatIfScenario(**body.model_dump()), actor=actor()))

    return once(make)
