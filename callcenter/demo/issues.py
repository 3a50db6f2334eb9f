"""Tickets of the demo year: opened at the first served contact, updated by each, solved by the last."""

from datetime import datetime, timedelta

from callcenter.demo.book import Book, Values
from callcenter.demo.schedule import DemoContact
from callcenter.demo.staff import DemoAgent
from callcenter.domain.events import CommentWritten, TicketChanged, TicketOpened, TicketSolved
from callcenter.domain.interactions import Outcome
from callcenter.domain.tickets import AFTER, UNSOLVED, TicketStatus, number_of
from callcenter.storage.tickets.tickets import Comment, Ticket

FORGOTTEN = timedelta(days=21)
ON_THE_WAY = (Outcome.PROMISE_MADE, Outcome.WAITING_FOR_DEPARTMENT, Outcome.WAITING_FOR_CUSTOMER)
PRIORITIES = ("low", "normal", "normal", "normal", "normal", "normal", "high")
EXTRA = {
    "en": ("Checked with the depot by telephone.", "Photos are in the mail.", "Customer prefers texts."),
    "zh": ("已电话核实仓库。", "照片已在邮箱。", "客户希望用短信联系。"),
}


def ticket_of(
    book: Book, contact: DemoContact, server: DemoAgent, *, queue_id: int, at: datetime, interaction: int
) -> Values:
    """The case's ticket; opened at the first contact that an agent serves."""
    issue = contact.issue
    if issue.ticket is None:
        issue.ticket = _open(book, contact, server, queue_id=queue_id, at=at)
        issue.ticket["opened_in"] = interaction
    return issue.ticket


def _open(book: Book, contact: DemoContact, server: DemoAgent, *, queue_id: int, at: datetime) -> Values:
    theme, language = contact.issue.theme, contact.customer.language
    urgent = contact.customer.tier == "gold" and book.share(30)
    return book.add(
        Ticket,
        serial=contact.issue.number,
        subject=contact.issue.subject or theme.subject[language],
        status=TicketStatus.OPEN,
        priority=contact.issue.priority or ("high" if urgent else book.chance.choice(PRIORITIES)),
        type=theme.type,
        cause=theme.cause[language],
        responsible=contact.issue.responsible or book.chance.choice(theme.responsible),
        customer_id=contact.customer.id,
        queue_id=queue_id,
        owner_id=server.id,
        version=1,
        created_at=at,
        changed_at=at,
        first_answered_at=at,
    )


def outcome_of(book: Book, contact: DemoContact) -> str | None:
    """The outcome of the wrap-up; None if it timed out (recent contacts only)."""
    if contact.script:
        return contact.script.outcome or Outcome.SOLVED
    if contact.at > book.now - timedelta(days=4) and book.share(4):
        return None
    if not contact.is_last or contact.issue.stays_open:
        return book.chance.choice(ON_THE_WAY)
    return Outcome.NO_ACTION_NEEDED if book.share(3) else Outcome.SOLVED


def note_of(contact: DemoContact) -> str:
    if contact.script and contact.script.note:
        return contact.script.note
    first, later, solved = contact.issue.theme.notes[contact.customer.language]
    if contact.is_last and contact.part > 1:
        return solved
    return first if contact.part == 1 else later


def finish(
    book: Book, contact: DemoContact, server: DemoAgent, *, outcome: str | None, at: datetime, interaction: int
) -> None:
    ticket = contact.issue.ticket
    if ticket is None:
        return
    who: Values = {"customer_id": contact.customer.id, "agent_id": server.id, "actor": f"agent:{server.id}"}
    if book.share(22):
        body = book.chance.choice(EXTRA[contact.customer.language])
        written = {"ticket_id": ticket["id"], "author_id": server.id, "interaction_id": interaction}
        comment = book.add(Comment, body=body, created_at=at, **written)
        book.record(at, CommentWritten(ticket_id=ticket["id"], comment_id=comment["id"], **who))
    if outcome is None:
        return
    if outcome == Outcome.PROMISE_MADE:
        ticket["owner_id"] = server.id
    before, after = ticket["status"], AFTER[Outcome(outcome)]
    if before != after:
        ticket.update(status=after, changed_at=at, changed_by=server.id, version=ticket["version"] + 1)
        changed = {"status": [str(before), str(after)]}
        ids: Values = {"ticket_id": ticket["id"], "interaction_id": interaction}
        book.record(at, TicketChanged(changed=changed, **ids, **who))
        if after == TicketStatus.SOLVED:
            ticket["solved_at"] = at
            book.record(at, TicketSolved(**ids, **who))


def settle(book: Book) -> None:
    """Close tickets without a contact for three weeks, as their owner."""
    for ticket in book.rows(Ticket):
        at = ticket["changed_at"] + FORGOTTEN
        if ticket["status"] in UNSOLVED and at < book.now:
            changed = {"status": [str(ticket["status"]), str(TicketStatus.CLOSED)]}
            owner = ticket["owner_id"]
            who: Values = {"customer_id": ticket["customer_id"], "agent_id": owner, "actor": f"agent:{owner}"}
            book.record(at, TicketChanged(ticket_id=ticket["id"], changed=changed, **who))
            ticket.update(status=TicketStatus.CLOSED, changed_at=at, changed_by=owner, version=ticket["version"] + 1)


def number(book: Book) -> int:
    """Number tickets in order of time; returns the last serial used."""
    tickets = book.rows(Ticket)
    known = next(ticket for ticket in tickets if ticket["serial"])
    # The scripted ticket must have its fixed number, so all others count from it.
    before = known["serial"] - known["id"]
    for ticket in tickets:
        del ticket["serial"]
        ticket["number"] = number_of(ticket["created_at"].year, before + ticket["id"])
        _tell_opened(book, ticket, interaction=ticket.pop("opened_in"))
    return int(before + len(tickets))


def _tell_opened(book: Book, ticket: Values, *, interaction: int) -> None:
    opened = TicketOpened(
        ticket_id=ticket["id"],
        interaction_id=interaction,
        customer_id=ticket["customer_id"],
        agent_id=ticket["owner_id"],
        actor=f"agent:{ticket['owner_id']}",
        number=ticket["number"],
    )
    book.record(ticket["created_at"], opened)
