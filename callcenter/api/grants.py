"""What may be given in a matter, what was given, wished and asked for: decided, given or asked, given on, changed, taken back."""

from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Literal
from uuid import uuid4

from flask import Response, request
from pydantic import Field
from sqlalchemy.orm import Session

from callcenter import wiring
from callcenter.actions import asking, carrying_out, giving
from callcenter.api import cursors
from callcenter.api.door import actor, me
from callcenter.api.once import HEADER, once
from callcenter.api.operations import operation
from callcenter.api.shapes import Asked, Id, Listing, Page, Sent, Shown, Text
from callcenter.declared import everyone
from callcenter.domain.empowerment import Decision, May, RuleBook, hold
from callcenter.domain.errors import Invalid, NotFound, NotYourInteraction
from callcenter.domain.permissions import may_give
from callcenter.storage import tickets
from callcenter.storage.empowerment import approvals, grants
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.work import Work

GrantState = Literal[
    "awaiting", "approved", "granted", "carried_out", "failed", "reversed", "refused", "withdrawn", "expired", "not_asked"
]  # fmt: skip
Units = Annotated[int, Field(description="Minor units of money, or pieces.")]
Reason = Annotated[Text, Field(max_length=giving.LONGEST_REASON)]
OVER = {409: ("grant-over",), 403: ("not-your-interaction",)}
ASKED = {409: ("approval-over", "budget-used-up"), 403: ("not-your-interaction",)}
GIVING = {409: ("ask-first", "budget-used-up"), 403: ("not-your-interaction", "no-agent")}


class OptionShown(Shown):
    """One remedy in the decision."""

    remedy: str
    names: dict[str, str]
    kind: str
    is_money: bool
    is_fixed: Annotated[bool, Field(description="The whole amount or nothing.")]
    may: May
    most: Annotated[int, Field(description="May be given now without asking: minor units, or pieces.")]
    bound: Annotated[str | None, Field(description="What `most` is bounded by.")]
    rule_id: int | None
    ask_rule_id: int | None
    ask_most: Annotated[int | None, Field(description="The most that somebody may say yes to; null: as they see fit.")]
    asked: Annotated[list[dict[str, Any]], Field(description="Who is asked in turn, for how long, up to how much.")]


class WishShown(Shown):
    """What would become of one wish now."""

    answer: Literal["give", "needs_reason", "ask", "refused"]
    refusal: str | None
    bound: str | None
    split: Annotated[bool, Field(description="Small by itself, too much with what was given on the same ticket.")]


class MayGive(Shown):
    """What you may give in this matter now; forbidden remedies are left out."""

    rule_book: int
    currency: str
    sentence: dict[str, str]
    options: list[OptionShown]
    wish: WishShown | None


class MayGiveAsked(Asked):
    interaction_id: Id | None = None
    remedy: Annotated[str | None, Field(max_length=40, description="With `units`: what would become of this wish.")] = (
        None
    )
    units: Annotated[int | None, Field(ge=1)] = None


class GrantShown(Shown):
    """One giving, or the wish for one. `units`: minor units of money, or pieces."""

    id: int
    state: GrantState
    remedy: str
    currency: str
    wished: int
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
    carried_out_at: datetime | None
    tries: int
    failure: str
    reversed_at: datetime | None
    reverse_reason: str
    approval_id: int | None = None


class GrantWhole(GrantShown):
    """With what it was decided by, for those who lead; null for agents, who see the customer and not the money they bring."""

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


class GrantSent(Sent):
    """`ask`: where it is more than you may give alone, somebody is asked; else that is refused (`ask-first`)."""

    ticket_id: Id
    remedy: Annotated[Text, Field(max_length=40)]
    units: Units
    interaction_id: Id | None = None
    wished: Annotated[int | None, Field(ge=1, description="What the customer wanted, where that was more.")] = None
    reason: Reason = ""
    fields: dict[str, Text] = Field(default_factory=dict)
    sms: Annotated[
        Text | None, Field(max_length=1600, description="Your own words; left out: the remedy's; empty: none.")
    ] = None
    ask: bool = False


class GivenOn(Sent):
    sms: Annotated[Text | None, Field(max_length=1600)] = None


class GrantChange(Sent):
    units: Units
    reason: Reason


class Reversal(Sent):
    reason: Reason


@operation(
    "GET",
    "/tickets/{ticket_id}/may-give",
    query=MayGiveAsked,
    answer=MayGive,
    refuses={403: ("not-your-interaction", "no-agent")},
)
@everyone
def may_give_for_ticket(ticket_id: int, query: MayGiveAsked) -> MayGive:
    """What you may give for a ticket now.

    With `interaction_id`, in this contact. With `remedy` and `units`, also what would become of that wish.
    """
    with wiring.current().work() as work:
        ticket = tickets.get(work.session, ticket_id)
        if ticket is None:
            raise NotFound
        matter = giving.look(work, me(), ticket, query.interaction_id)
        serving = matter.interaction.agent_id if matter.interaction else None
        if not may_give(actor(), ticket_owner_id=ticket.owner_id, interaction_agent_id=serving):
            raise NotYourInteraction
    rules = matter.known.rules
    wish = _wish(matter.decision, query) if query.remedy and query.units else None
    return MayGive(
        rule_book=rules.number,
        currency=matter.decision.currency,
        sentence=matter.decision.sentence,
        options=_options(matter.decision, rules.book),
        wish=wish,
    )


def _options(decision: Decision, book: RuleBook) -> list[OptionShown]:
    shown = []
    for option in decision.options:
        remedy = book.remedy(option.remedy)
        if remedy is None or option.may in (May.NEVER, May.GAP):
            continue
        steps = option.ask.steps if option.ask else ()
        shown.append(
            OptionShown(
                remedy=option.remedy,
                names=remedy.names,
                kind=remedy.kind,
                is_money=option.is_money,
                is_fixed=option.is_fixed,
                may=option.may,
                most=option.most,
                bound=option.tightest.bound.value if option.tightest else None,
                rule_id=option.rule_id,
                ask_rule_id=option.ask_rule_id,
                ask_most=option.ask_most,
                asked=[step.model_dump(mode="json") for step in steps],
            )
        )
    return shown


def _wish(decision: Decision, query: MayGiveAsked) -> WishShown:
    held = hold(decision, query.remedy or "", query.units or 0)
    return WishShown(
        answer=held.answer.value,
        refusal=held.refusal.value if held.refusal else None,
        bound=held.bound.value if held.bound else None,
        split=held.split,
    )


@operation("GET", "/grants", query=GrantsAsked, answer=Grants)
@everyone
def list_grants(query: GrantsAsked) -> Grants:
    """What was given, wished and asked for, the newest first.

    Agents see their own; those who lead see all.
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
    data = [shown(row, asked[row.id].id if row.id in asked else None) for row in page]
    return Grants(data=data, next=after)


def shown(row: Grant, approval_id: int | None) -> GrantShown:
    return GrantShown.of(row).model_copy(update={"approval_id": approval_id})


@operation("GET", "/grants/{grant_id}", answer=GrantWhole)
@everyone
def get_grant(grant_id: int) -> GrantWhole:
    """One grant; for those who lead with the facts and the decision of its moment."""
    with wiring.current().reading() as session:
        row = visible(session, grant_id)
        asked = approvals.of_grant(session, grant_id)
    told = GrantShown.of(row).model_dump() | {"approval_id": asked.id if asked else None}
    known = (row.facts, row.usage, row.decision) if actor().leads else (None, None, None)
    return GrantWhole(**told, facts=known[0], usage=known[1], decision=known[2])


def visible(session: Session, grant_id: int) -> Grant:
    """Their own, or any for those who lead; what is not theirs to see is as if it were not there."""
    row = grants.get(session, grant_id)
    if row is None or not (actor().leads or row.agent_id == actor().agent_id):
        raise NotFound
    return row


@operation("POST", "/grants", body=GrantSent, answer=GrantShown, status=201, repeatable=True, refuses=GIVING)
@everyone
def give_or_ask(body: GrantSent) -> Response:
    """Give something, or ask for it.

    Look at `state`: `granted` or `carried_out` where it was given, `awaiting` where somebody is asked, `refused` where by the
    rules nobody may say yes (the wish is kept). Send an Idempotency-Key: then it is never given twice.
    """
    me()
    own = request.headers.get(HEADER, "")
    key = sha256(own.encode()).hexdigest() if own else uuid4().hex

    def make(work: Work) -> GrantShown:
        wish = giving.Wish(key=f"api:{key}", **body.model_dump(exclude={"ask"}))
        row = (asking.ask if body.ask else giving.give)(work, wish, actor=actor())
        work.session.flush()
        return _told(work, row)

    return once(make)


def _told(work: Work, row: Grant) -> GrantShown:
    asked = approvals.of_grant(work.session, row.id)
    return shown(row, asked.id if asked else None)


@operation("POST", "/grants/{grant_id}/give", body=GivenOn, answer=GrantShown, refuses=OVER)
@everyone
def give_on(grant_id: int, body: GivenOn) -> GrantShown:
    """Give on what was approved. A second time is as once."""
    with wiring.current().work() as work:
        visible(work.session, grant_id)
        return _told(work, asking.give_on(work, grant_id, actor=actor(), sms=body.sms))


@operation("POST", "/grants/{grant_id}/withdraw", answer=GrantShown, refuses=OVER)
@everyone
def withdraw_grant(grant_id: int) -> GrantShown:
    """Ask no more; what was held is free. A second time is as once."""
    with wiring.current().work() as work:
        visible(work.session, grant_id)
        return _told(work, asking.withdraw(work, grant_id, actor=actor()))


@operation("POST", "/grants/{grant_id}/change", body=GrantChange, answer=GrantShown, refuses=ASKED)
@everyone
def change_grant(grant_id: int, body: GrantChange) -> GrantShown:
    """Ask for another amount, while somebody decides."""
    with wiring.current().work() as work:
        visible(work.session, grant_id)
        return _told(work, asking.change(work, grant_id, actor=actor(), units=body.units, reason=body.reason))


@operation("POST", "/grants/{grant_id}/reverse", body=Reversal, answer=GrantShown, refuses={409: ("grant-over",)})
@everyone
def reverse_grant(grant_id: int, body: Reversal) -> GrantShown:
    """Take back what was given, with a reason.

    Those who lead at any time; the giver while still serving the customer. A second time is as once.
    """
    if not body.reason.strip():
        raise Invalid("Say why it is taken back.", field="reason")
    with wiring.current().work() as work:
        visible(work.session, grant_id)
        return _told(work, carrying_out.reverse(work, grant_id, actor=actor(), reason=body.reason))
