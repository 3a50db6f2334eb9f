"""Tickets: list, open, change, comment."""

from datetime import datetime
from typing import Annotated

from flask import Response
from pydantic import Field

from callcenter import wiring
from callcenter.actions.tickets import tickets as acts
from callcenter.api import cursors
from callcenter.api.authentication import actor
from callcenter.api.interactions import visible
from callcenter.api.once import once
from callcenter.api.operations import operation
from callcenter.api.shapes import Id, Listing, Page, RequestBody, ResponseBody, Text, left_out
from callcenter.api.stale import stale
from callcenter.declared import everyone
from callcenter.domain.empowerment import money
from callcenter.domain.errors import Invalid, NotFound, StaleSave
from callcenter.domain.tickets import Priority, ResponsibleParty, TicketStatus, TicketType
from callcenter.storage.customers import customers
from callcenter.storage.tickets import tickets
from callcenter.storage.work import Work

Subject = Annotated[Text, Field(max_length=acts.TEXTS["subject"])]
Cause = Annotated[Text, Field(max_length=acts.TEXTS["cause"])]
Product = Annotated[Text, Field(max_length=acts.TEXTS["product"])]
PRICE = "In minor units of the customer's currency: 45900 is $459.00. Null: not known."
CLAIMS = (
    "Field: the agent who set it, where no program, supervisor or administrator has confirmed it. Rules of grants may"
    " ask for confirmed facts. One who may state facts confirms a field by sending it, also unchanged."
)
Price = Annotated[int | None, Field(ge=1, le=money.LARGEST, description=PRICE)]
LONGEST_COMMENT = 20_000


class TicketShown(ResponseBody):
    """A ticket: one case of a customer, until it is solved."""

    id: int
    number: Annotated[str, Field(description="Short enough to say on the telephone: 26-4118.")]
    subject: str
    status: TicketStatus
    priority: Priority
    type: TicketType
    cause: str
    responsible: ResponsibleParty
    product: str
    price: Annotated[int | None, Field(description=PRICE)]
    claims: Annotated[dict[str, int], Field(description=CLAIMS)]
    customer_id: int | None
    queue_id: int | None
    owner_id: int | None
    version: Annotated[int, Field(description="Rises with every save; send it back with a PATCH.")]
    created_at: datetime
    changed_at: datetime
    changed_by: int | None
    first_answered_at: datetime | None
    solved_at: datetime | None


class Tickets(Page[TicketShown]):
    pass


class TicketsAsked(Listing):
    status: Annotated[list[TicketStatus], Field(default_factory=list, description="One or several of these.")]
    owner_id: Id | None = None
    customer_id: Id | None = None


class TicketSent(RequestBody):
    subject: Subject
    customer_id: Id | None = None
    status: TicketStatus = left_out()
    priority: Priority = left_out()
    type: TicketType = left_out()
    cause: Cause = left_out()
    responsible: ResponsibleParty = left_out()
    product: Product = left_out()
    price: Price = left_out()
    owner_id: Id = left_out()


class TicketChanges(RequestBody):
    """Fields to change; omitted fields stay. With `version`, a concurrent save is refused."""

    version: Id | None = None
    subject: Subject = left_out()
    status: TicketStatus = left_out()
    priority: Priority = left_out()
    type: TicketType = left_out()
    cause: Cause = left_out()
    responsible: ResponsibleParty = left_out()
    product: Product = left_out()
    price: Price = left_out()
    owner_id: Id = left_out()


class CommentShown(ResponseBody):
    """An internal note; the customer never sees it."""

    id: int
    ticket_id: int
    author_id: int | None
    interaction_id: int | None
    body: str
    created_at: datetime


class Comments(Page[CommentShown]):
    pass


class CommentSent(RequestBody):
    body: Annotated[Text, Field(max_length=LONGEST_COMMENT)]
    interaction_id: Annotated[Id | None, Field(description="The contact during which it was written.")] = None


@operation("GET", "/tickets", query=TicketsAsked, answer=Tickets)
@everyone
def list_tickets(query: TicketsAsked) -> Tickets:
    """List tickets, newest first."""
    with wiring.current().reading() as session:
        rows = tickets.search(
            session,
            statuses=query.status,
            owner_id=query.owner_id,
            customer_id=query.customer_id,
            before=cursors.read(query, "tickets"),
            limit=query.limit + 1,
        )
    page, after = cursors.cut(rows, query, "tickets")
    return Tickets(data=TicketShown.all_of(page), next=after)


@operation("GET", "/tickets/{ticket_id}", answer=TicketShown)
@everyone
def get_ticket(ticket_id: int) -> TicketShown:
    """Get a ticket."""
    with wiring.current().reading() as session:
        found = tickets.get(session, ticket_id)
    if found is None:
        raise NotFound
    return TicketShown.of(found)


@operation("POST", "/tickets", body=TicketSent, answer=TicketShown, status=201, repeatable=True)
@everyone
def open_ticket(body: TicketSent) -> Response:
    """Open a ticket. Without `owner_id` it belongs to the token's own agent."""

    def make(work: Work) -> TicketShown:
        if body.customer_id and customers.get(work.session, body.customer_id) is None:
            raise Invalid("There is no such customer.", field="customer_id")
        values = body.given()
        subject, customer_id = values.pop("subject"), values.pop("customer_id", None)
        opened = acts.open_by(work, actor=actor(), subject=subject, customer_id=customer_id, values=values)
        work.session.flush()
        return TicketShown.of(opened)

    return once(make)


CHANGING = {409: ("stale-save",), 403: ("not-your-ticket", "not-yours-to-state")}


@operation("PATCH", "/tickets/{ticket_id}", body=TicketChanges, answer=TicketShown, refuses=CHANGING)
@everyone
def change_ticket(ticket_id: int, body: TicketChanges) -> TicketShown:
    """Change a ticket.

    Where the ticket was saved since `version`, nothing is saved: the problem holds both versions.
    """
    values = body.given()
    version = values.pop("version", None)
    try:
        with wiring.current().work() as work:
            changed = acts.change(
                work, ticket_id, values=values, version=version, actor=actor(), confirmed=tuple(values)
            )
            return TicketShown.of(changed)
    except StaleSave as error:
        raise stale(error, theirs=get_ticket(ticket_id), yours=body) from None


@operation("GET", "/tickets/{ticket_id}/comments", query=Listing, answer=Comments)
@everyone
def list_comments(ticket_id: int, query: Listing) -> Comments:
    """List a ticket's internal notes, oldest first."""
    get_ticket(ticket_id)
    noun = f"comments-{ticket_id}"
    after = cursors.read(query, noun) or 0
    with wiring.current().reading() as session:
        rows = [row for row in tickets.comments(session, ticket_id) if row.id > after]
    page, following = cursors.cut(rows, query, noun)
    return Comments(data=CommentShown.all_of(page), next=following)


@operation("POST", "/tickets/{ticket_id}/comments", body=CommentSent, answer=CommentShown, status=201, repeatable=True)
@everyone
def write_comment(ticket_id: int, body: CommentSent) -> Response:
    """Add an internal note to a ticket."""

    def make(work: Work) -> CommentShown:
        if body.interaction_id:
            _concerns(work, body.interaction_id)
        written = acts.comment(work, ticket_id, body=body.body, actor=actor(), interaction_id=body.interaction_id)
        return CommentShown.of(written)

    return once(make)


def _concerns(work: Work, interaction_id: int) -> None:
    try:
        visible(work.session, interaction_id)
    except NotFound:
        raise Invalid("There is no such interaction.", field="interaction_id") from None
