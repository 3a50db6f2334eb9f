"""Tickets: one per case, with one owner, until solved."""

from collections.abc import Collection, Mapping

from callcenter.domain import texts
from callcenter.domain import tickets as rules
from callcenter.domain.empowerment import money
from callcenter.domain.errors import Invalid, NotFound, NotYoursToState, NotYourTicket, StaleSave
from callcenter.domain.events import CommentWritten, TicketChanged, TicketOpened, TicketSolved
from callcenter.domain.permissions import Actor, may_state_facts
from callcenter.domain.tickets import Priority, ResponsibleParty, TicketStatus, TicketType
from callcenter.storage.administration import company
from callcenter.storage.agents import agents
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers
from callcenter.storage.tickets import tickets
from callcenter.storage.tickets.tickets import Comment, Ticket
from callcenter.storage.work import Work

ALLOWED: dict[str, set[str]] = {
    "status": set(TicketStatus),
    "priority": set(Priority),
    "type": set(TicketType),
    "responsible": set(ResponsibleParty),
}
TEXTS = {"subject": 200, "cause": 120, "product": 120}


def for_interaction(work: Work, interaction: Interaction, *, agent_id: int) -> Ticket:
    """The contact's ticket: the customer's unsolved one from the same queue, else a new one.

    A ticket without an owner becomes this agent's.
    """
    if interaction.ticket_id is not None:
        ticket = tickets.get(work.session, interaction.ticket_id, lock=True)
    else:
        same = tickets.of_same_case(work.session, customer_id=interaction.customer_id, queue_id=interaction.queue_id)
        ticket = same or _open_for(work, interaction, agent_id)
    if ticket is None:
        raise NotFound
    interaction.ticket_id = ticket.id
    ticket.owner_id = ticket.owner_id or agent_id
    # Who serves the customer owns the case by more than their own word.
    if ticket.owner_id == agent_id and "owner_id" in ticket.claims:
        ticket.claims = {field: who for field, who in ticket.claims.items() if field != "owner_id"}
    ticket.first_answered_at = ticket.first_answered_at or work.now
    return ticket


def for_message(work: Work, interaction: Interaction, *, body: str) -> Ticket:
    """Voicemail as a comment to the unsolved ticket of this queue, else to a new one."""
    same = tickets.of_same_case(work.session, customer_id=interaction.customer_id, queue_id=interaction.queue_id)
    ticket = same or _open_for(work, interaction, None)
    written = Comment(ticket_id=ticket.id, interaction_id=interaction.id, body=body, created_at=work.now)
    work.session.add(written)
    work.session.flush()
    about = {"interaction_id": interaction.id, "customer_id": ticket.customer_id, "agent_id": ticket.owner_id}
    work.record(CommentWritten(**about, ticket_id=ticket.id, actor="customer", comment_id=written.id))
    return ticket


def _open_for(work: Work, interaction: Interaction, agent_id: int | None) -> Ticket:
    queue = company.queue(work.session, interaction.queue_id) if interaction.queue_id else None
    subject = queue.name(interaction.language) if queue else interaction.channel
    return _open(
        work,
        subject=subject,
        customer_id=interaction.customer_id,
        queue_id=interaction.queue_id,
        owner_id=agent_id,
        actor=f"agent:{agent_id}" if agent_id else "customer",
        interaction_id=interaction.id,
    )


def open_by(
    work: Work,
    *,
    actor: Actor,
    subject: str,
    customer_id: int | None = None,
    values: Mapping[str, str | int | None] | None = None,
) -> Ticket:
    """Invalid for an empty subject or wrong values, NotFound for an unknown customer."""
    if customer_id is not None and customers.get(work.session, customer_id) is None:
        raise NotFound
    text = _text("subject", subject)
    if not text:
        raise Invalid("A ticket needs a subject.", field="subject")
    ticket = _open(
        work, subject=text, customer_id=customer_id, queue_id=None, owner_id=actor.agent_id, actor=actor.label
    )
    checked = _checked(work, dict(values or {}))
    for field, value in checked.items():
        setattr(ticket, field, value)
    if not may_state_facts(actor):
        ticket.claims = {field: actor.agent_id for field in checked if field in rules.FACTS and actor.agent_id}
    return ticket


def _open(
    work: Work,
    *,
    subject: str,
    customer_id: int | None,
    queue_id: int | None,
    owner_id: int | None,
    actor: str,
    interaction_id: int | None = None,
) -> Ticket:
    ticket = Ticket(
        number=rules.number_of(work.now.year, tickets.next_serial(work.session)),
        subject=subject,
        status=TicketStatus.OPEN,
        priority=Priority.NORMAL,
        type=TicketType.QUESTION,
        customer_id=customer_id,
        queue_id=queue_id,
        owner_id=owner_id,
        created_at=work.now,
        changed_at=work.now,
    )
    work.session.add(ticket)
    work.session.flush()
    work.record(
        TicketOpened(
            ticket_id=ticket.id,
            interaction_id=interaction_id,
            customer_id=customer_id,
            agent_id=owner_id,
            actor=actor,
            number=ticket.number,
        )
    )
    return ticket


def change(
    work: Work,
    ticket_id: int,
    *,
    values: dict[str, str | int | None],
    version: int | None,
    actor: Actor,
    confirmed: Collection[str] = (),
) -> Ticket:
    """`version` as read; StaleSave with the last editor's name. `confirmed`: fields whose claims are true as they are.

    NotYourTicket where an agent sets facts of a case that they do not serve, NotYoursToState for a stated price.
    """
    ticket = tickets.get(work.session, ticket_id, lock=True)
    if ticket is None:
        raise NotFound
    if version is not None and version != ticket.version:
        raise StaleSave(name=_last_to_change(work, ticket))
    checked = _checked(work, values)
    if may_state_facts(actor):
        _confirm(work, ticket, confirmed, actor)
        set_fields(work, ticket, checked, actor=actor.label)
    else:
        _may_claim(work, ticket, [name for name, value in checked.items() if getattr(ticket, name) != value], actor)
        set_fields(work, ticket, checked, actor=actor.label, claimed_by=actor.agent_id)
    return ticket


def _may_claim(work: Work, ticket: Ticket, changed: Collection[str], actor: Actor) -> None:
    # A price that a system or a supervisor stated; a share of it is money.
    if "price" in changed and ticket.price is not None and "price" not in ticket.claims:
        raise NotYoursToState
    if any(field in rules.SERVED for field in changed) and ticket.owner_id not in (None, actor.agent_id):
        served = interactions.of_ticket(work.session, ticket.id)
        if all(one.agent_id != actor.agent_id for one in served):
            raise NotYourTicket


def _confirm(work: Work, ticket: Ticket, fields: Collection[str], actor: Actor) -> None:
    claimed = {field: who for field, who in ticket.claims.items() if field in fields}
    if not claimed:
        return
    ticket.claims = {field: who for field, who in ticket.claims.items() if field not in claimed}
    ticket.version += 1
    work.record(
        TicketChanged(
            ticket_id=ticket.id,
            customer_id=ticket.customer_id,
            agent_id=ticket.owner_id,
            actor=actor.label,
            changed={f"claims.{field}": [who, None] for field, who in claimed.items()},
        )
    )


def _last_to_change(work: Work, ticket: Ticket) -> str:
    return agents.names(work.session).get(ticket.changed_by or 0, "")


def set_fields(
    work: Work, ticket: Ticket, values: Mapping[str, object], *, actor: str, claimed_by: int | None = None
) -> None:
    """`values` are checked, the ticket is locked. `claimed_by`: the agent on whose word alone they stand."""
    changed = {
        field: [getattr(ticket, field), value] for field, value in values.items() if getattr(ticket, field) != value
    }
    if not changed:
        return
    was_unsolved = ticket.is_unsolved
    for field, (_, value) in changed.items():
        setattr(ticket, field, value)
    others = {field: who for field, who in ticket.claims.items() if field not in changed}
    mine = {field: claimed_by for field in changed if claimed_by and field in (*rules.FACTS, "owner_id")}
    if others | mine != ticket.claims:
        ticket.claims = others | mine
    ticket.version += 1
    ticket.changed_at = work.now
    ticket.changed_by = int(actor.removeprefix("agent:")) if actor.startswith("agent:") else None
    subjects = {"ticket_id": ticket.id, "customer_id": ticket.customer_id, "agent_id": ticket.owner_id}
    work.record(TicketChanged(**subjects, actor=actor, changed=changed))
    if was_unsolved and ticket.status == TicketStatus.SOLVED:
        ticket.solved_at = work.now
        work.record(TicketSolved(**subjects, actor=actor), ticket)
    elif ticket.is_unsolved:
        ticket.solved_at = None


def _checked(work: Work, values: dict[str, str | int | None]) -> dict[str, object]:
    checked: dict[str, object] = {}
    for field, value in values.items():
        if field not in rules.FIELDS:
            raise Invalid("This field cannot be changed.", field=field)
        if field in ALLOWED and value not in ALLOWED[field]:
            raise Invalid("This value is not one of those allowed.", field=field)
        if field in TEXTS:
            value = _text(field, str(value or ""))
            if field == "subject" and not value:
                raise Invalid("A ticket needs a subject.", field=field)
        if field == "price" and value is not None:
            money.checked(value, field=field)
        if field == "owner_id" and (not isinstance(value, int) or agents.get(work.session, value) is None):
            raise Invalid("There is no such agent.", field=field)
        checked[field] = value
    return checked


def _text(field: str, value: str) -> str:
    return texts.one_line(value, TEXTS[field])


def comment(work: Work, ticket_id: int, *, body: str, actor: Actor, interaction_id: int | None = None) -> Comment:
    """An internal note. Invalid where empty."""
    ticket = tickets.get(work.session, ticket_id)
    if ticket is None:
        raise NotFound
    text = texts.clean(body)
    if not text:
        raise Invalid("Nothing is written yet.", field="body")
    written = Comment(
        ticket_id=ticket.id,
        author_id=actor.agent_id,
        interaction_id=interaction_id,
        body=text[:20_000],
        created_at=work.now,
    )
    work.session.add(written)
    work.session.flush()
    work.record(
        CommentWritten(
            ticket_id=ticket.id,
            interaction_id=interaction_id,
            customer_id=ticket.customer_id,
            agent_id=ticket.owner_id,
            actor=actor.label,
            comment_id=written.id,
        )
    )
    return written
