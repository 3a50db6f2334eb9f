"""Grants: create or request, grant after approval, change, withdraw, reverse."""

from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import uuid4

from flask import Response, request
from pydantic import Field
from sqlalchemy.orm import Session

from callcenter import wiring
from callcenter.actions.empowerment import asking, fulfilment, granting
from callcenter.api import cursors
from callcenter.api.authentication import actor, me
from callcenter.api.once import HEADER, once
from callcenter.api.operations import operation
from callcenter.api.shapes import Id, Listing, Page, RequestBody, ResponseBody, Text
from callcenter.declared import everyone
from callcenter.domain.empowerment.money import LARGEST
from callcenter.domain.errors import Invalid, NotFound
from callcenter.domain.states import GrantState
from callcenter.storage.empowerment import approvals, grants
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.work import Work

Units = Annotated[int, Field(description="Minor units of money, or pieces.")]
Reason = Annotated[Text, Field(max_length=granting.LONGEST_REASON)]
OVER = {409: ("grant-over",), 403: ("not-your-interaction",)}
ASKED = {409: ("approval-over", "budget-used-up"), 403: ("not-your-interaction",)}
GRANTING = {409: ("ask-first", "budget-used-up"), 403: ("not-your-interaction", "no-agent")}


class GrantShown(ResponseBody):
    """A grant or a request for one. `units`: minor currency units, or pieces."""

    id: int
    state: GrantState
    remedy: str
    currency: str
    requested: int
    units: int
    agent_id: int
    customer_id: int | None
    ticket_id: int
    interaction_id: int | None
    rest_of: Annotated[int | None, Field(description="The grant of which this is what could not be answered in time.")]
    rule_book: int
    rule_id: int | None
    reason: str
    fields: dict[str, Any]
    sms: str
    created_at: datetime
    valid_until: Annotated[datetime | None, Field(description="Approved: to be given on by then.")]
    granted_at: datetime | None
    fulfilled_at: datetime | None
    tries: int
    failure: str
    reversed_at: datetime | None
    reverse_reason: str
    approval_id: int | None = None


class GrantWhole(GrantShown):
    """A grant with the facts, usage and decision it is based on; these are null for agents."""

    # Agents see the customer, not their value.
    facts: dict[str, Any] | None
    usage: dict[str, Any] | None
    decision: dict[str, Any] | None


class Grants(Page[GrantShown]):
    pass


class GrantsAsked(Listing):
    state: GrantState | None = None
    agent_id: Id | None = None
    customer_id: Id | None = None
    ticket_id: Id | None = None


class GrantSent(RequestBody):
    """A grant to make. `ask`: request approval above your own limit; without it that is refused (`ask-first`)."""

    ticket_id: Id
    remedy: Annotated[Text, Field(max_length=40)]
    units: Units
    interaction_id: Id | None = None
    requested: Annotated[
        int | None, Field(ge=1, le=LARGEST, description="What the customer wanted, where that was more.")
    ] = None
    reason: Reason = ""
    fields: dict[str, Text] = Field(default_factory=dict)
    sms: Annotated[
        Text | None, Field(max_length=1600, description="Your own words; left out: the remedy's; empty: none.")
    ] = None
    ask: bool = False


class ApprovedGrant(RequestBody):
    """`fields`: what a remedy that was approved instead has to know."""

    sms: Annotated[Text | None, Field(max_length=1600)] = None
    fields: dict[str, Text] = Field(default_factory=dict)


class GrantChange(RequestBody):
    units: Units
    reason: Reason


class Reversal(RequestBody):
    reason: Reason


@operation("GET", "/grants", query=GrantsAsked, answer=Grants)
@everyone
def list_grants(query: GrantsAsked) -> Grants:
    """List grants and requests, newest first.

    Agents see their own, supervisors all.
    """
    with wiring.current().reading() as session:
        rows = grants.page(
            session,
            before=cursors.read(query, "grants"),
            state=query.state,
            agent_id=query.agent_id if actor().leads else me(),
            customer_id=query.customer_id,
            ticket_id=query.ticket_id,
            limit=query.limit + 1,
        )
        page, after = cursors.cut(rows, query, "grants")
        asked = approvals.of_grants(session, [row.id for row in page])
    data = [grant_body(row, asked[row.id].id if row.id in asked else None) for row in page]
    return Grants(data=data, next=after)


def grant_body(row: Grant, approval_id: int | None) -> GrantShown:
    return GrantShown.of(row).model_copy(update={"approval_id": approval_id})


@operation("GET", "/grants/{grant_id}", answer=GrantWhole)
@everyone
def get_grant(grant_id: int) -> GrantWhole:
    """Get a grant; for supervisors with the facts and decision of its time."""
    with wiring.current().reading() as session:
        row = visible(session, grant_id)
        asked = approvals.of_grant(session, grant_id)
    body = GrantShown.of(row).model_dump() | {"approval_id": asked.id if asked else None}
    known = (row.facts, row.usage, row.decision) if actor().leads else (None, None, None)
    return GrantWhole(**body, facts=known[0], usage=known[1], decision=known[2])


def visible(session: Session, grant_id: int) -> Grant:
    """The grant, if it is the token agent's own or the token leads; else NotFound."""
    row = grants.get(session, grant_id)
    if row is None or not (actor().leads or row.agent_id == actor().agent_id):
        raise NotFound
    return row


@operation("POST", "/grants", body=GrantSent, answer=GrantShown, status=201, repeatable=True, refuses=GRANTING)
@everyone
def grant_or_ask(body: GrantSent) -> Response:
    """Make a grant, or request approval.

    See `state`: `granted` or `fulfilled` when made, `awaiting` when approval is requested, `refused` when no approver
    may approve it (the request is recorded). With an Idempotency-Key it is never made twice.
    """
    me()
    own = request.headers.get(HEADER, "")
    key = sha256(own.encode()).hexdigest() if own else uuid4().hex

    def make(work: Work) -> GrantShown:
        grant_request = granting.GrantRequest(key=f"api:{key}", **body.model_dump(exclude={"ask"}))
        row = (asking.ask if body.ask else granting.grant)(work, grant_request, actor=actor())
        work.session.flush()
        return _latest_body(work, row)

    return once(make)


def _latest_body(work: Work, row: Grant) -> GrantShown:
    asked = approvals.of_grant(work.session, row.id)
    return grant_body(row, asked.id if asked else None)


@operation("POST", "/grants/{grant_id}/give", body=ApprovedGrant, answer=GrantShown, refuses=OVER)
@everyone
def grant_approved(grant_id: int, body: ApprovedGrant) -> GrantShown:
    """Make the grant after its approval. Idempotent."""
    with wiring.current().work() as work:
        visible(work.session, grant_id)
        return _latest_body(work, asking.grant_approved(work, grant_id, actor=actor(), **body.model_dump()))


@operation("POST", "/grants/{grant_id}/withdraw", answer=GrantShown, refuses=OVER)
@everyone
def withdraw_grant(grant_id: int) -> GrantShown:
    """Withdraw a request and release its reserved money. Idempotent."""
    with wiring.current().work() as work:
        visible(work.session, grant_id)
        return _latest_body(work, asking.withdraw(work, grant_id, actor=actor()))


@operation("POST", "/grants/{grant_id}/change", body=GrantChange, answer=GrantShown, refuses=ASKED)
@everyone
def change_grant(grant_id: int, body: GrantChange) -> GrantShown:
    """Change units and reason of a request while it awaits approval."""
    with wiring.current().work() as work:
        visible(work.session, grant_id)
        return _latest_body(work, asking.change(work, grant_id, actor=actor(), units=body.units, reason=body.reason))


@operation("POST", "/grants/{grant_id}/reverse", body=Reversal, answer=GrantShown, refuses={409: ("grant-over",)})
@everyone
def reverse_grant(grant_id: int, body: Reversal) -> GrantShown:
    """Reverse a grant, with a reason.

    Supervisors at any time, the granting agent while still serving the customer. Idempotent.
    """
    if not body.reason.strip():
        raise Invalid("Say why it is taken back.", field="reason")
    with wiring.current().work() as work:
        visible(work.session, grant_id)
        return _latest_body(work, fulfilment.reverse(work, grant_id, actor=actor(), reason=body.reason))
