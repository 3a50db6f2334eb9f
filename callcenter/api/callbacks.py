"""Callbacks promised to customers."""

from datetime import datetime
from typing import Annotated

from flask import Response
from pydantic import AwareDatetime, Field

from callcenter import wiring
from callcenter.actions.callbacks import callback_admin as acts
from callcenter.api import cursors
from callcenter.api.authentication import actor
from callcenter.api.once import once
from callcenter.api.operations import operation
from callcenter.api.shapes import Id, Listing, Page, RequestBody, ResponseBody, Text
from callcenter.declared import everyone
from callcenter.domain.errors import NotFound
from callcenter.domain.states import CallbackState, Party
from callcenter.storage.callbacks import callbacks
from callcenter.storage.work import Work

OVER = {409: ("callback-over", "callback-in-progress")}


class CallbackShown(ResponseBody):
    """A callback promised to a customer. Its own interaction waits in the queue."""

    id: int
    interaction_id: Annotated[int, Field(description="Ours, which waits for an agent.")]
    call_id: Annotated[int | None, Field(description="The call that the customer gave up for it.")]
    customer_id: int | None
    queue_id: int
    number: str
    our_number: str
    state: CallbackState
    first: Annotated[Party, Field(description="Who is rung first.")]
    source: Annotated[str, Field(description="key (chosen while waiting), max_wait, agent or api.")]
    note: str
    tries: int
    attempts: int
    created_at: datetime
    joined_at: Annotated[datetime, Field(description="Since when they wait: their place in the line.")]
    promised_from: datetime
    promised_until: datetime
    next_try_at: Annotated[datetime | None, Field(description="Not before then; null while it stands in line.")]
    connected_at: datetime | None
    ended_at: datetime | None
    end_reason: str


class Callbacks(Page[CallbackShown]):
    pass


class CallbacksAsked(Listing):
    state: Annotated[list[CallbackState], Field(default_factory=list, description="One or several of these states.")]
    customer_id: Id | None = None


class CallbackSent(RequestBody):
    number: Annotated[Text, Field(max_length=40)]
    queue_id: Id
    at: Annotated[AwareDatetime | None, Field(strict=False, description="Not before then; left out: now.")] = None
    note: Annotated[Text, Field(max_length=acts.LONGEST_NOTE)] = ""
    customer_id: Id | None = None


class CallbackChanges(RequestBody):
    """Changes of a callback. `cancelled`: the reason for cancelling it; `now`: move it to the queue at once."""

    number: Annotated[Text | None, Field(max_length=40)] = None
    at: Annotated[AwareDatetime | None, Field(strict=False)] = None
    note: Annotated[Text | None, Field(max_length=acts.LONGEST_NOTE)] = None
    now: bool = False
    cancelled: Annotated[Text | None, Field(max_length=200)] = None


@operation("GET", "/callbacks", query=CallbacksAsked, answer=Callbacks)
@everyone
def list_callbacks(query: CallbacksAsked) -> Callbacks:
    """List callbacks, newest first."""
    with wiring.current().reading() as session:
        rows = callbacks.page(
            session,
            states=query.state,
            customer_id=query.customer_id,
            before=cursors.read(query, "callbacks"),
            limit=query.limit + 1,
        )
    page, after = cursors.cut(rows, query, "callbacks")
    return Callbacks(data=CallbackShown.all_of(page), next=after)


@operation("GET", "/callbacks/{callback_id}", answer=CallbackShown)
@everyone
def get_callback(callback_id: int) -> CallbackShown:
    """Get a callback."""
    with wiring.current().reading() as session:
        found = callbacks.get(session, callback_id)
    if found is None:
        raise NotFound
    return CallbackShown.of(found)


@operation("POST", "/callbacks", body=CallbackSent, answer=CallbackShown, status=201, repeatable=True)
@everyone
def promise_callback(body: CallbackSent) -> Response:
    """Schedule a callback."""

    def make(work: Work) -> CallbackShown:
        row = acts.create(
            work,
            actor=actor(),
            number=body.number,
            queue_id=body.queue_id,
            at=body.at,
            note=body.note,
            customer_id=body.customer_id,
            source="api",
        )
        return CallbackShown.of(row)

    return once(make)


@operation("PATCH", "/callbacks/{callback_id}", body=CallbackChanges, answer=CallbackShown, refuses=OVER)
@everyone
def change_callback(callback_id: int, body: CallbackChanges) -> CallbackShown:
    """Change a callback's number, time or note, bring it forward, or cancel it with a reason."""
    with wiring.current().work() as work:
        if body.cancelled is not None:
            return CallbackShown.of(acts.cancel(work, callback_id, actor=actor(), reason=body.cancelled))
        row = acts.change(work, callback_id, actor=actor(), number=body.number, at=body.at, note=body.note)
        if body.now:
            row = acts.call_now(work, callback_id, actor=actor())
        work.session.flush()
        return CallbackShown.of(row)
