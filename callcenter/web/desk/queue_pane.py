"""The queue pane of the desk: the current slot, the agent's own work, their queues."""

from dataclasses import dataclass, field
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from callcenter.domain.agents import Status
from callcenter.domain.interactions import Result, State
from callcenter.reports.agents.desk import Item, Mine
from callcenter.storage.agents import agents
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.empowerment import approvals
from callcenter.storage.messages.messages import Message
from callcenter.storage.tickets.tickets import Ticket
from callcenter.web.desk import offered
from callcenter.web.desk.granting import waiting
from callcenter.web.desk.offered import Missed
from callcenter.web.wording import breaks, formats, terms
from callcenter.web.wording.breaks import BreakKind

REPLY_TARGET_SECONDS = 300
TICKETS_SHOWN = 12
DECLINED_FOR = ("busy", "not_my_subject", "other")


@dataclass(frozen=True, kw_only=True)
class CurrentSlot:
    """The one live item. `view`: what the middle zone shows (free, offered:7, call:7, wrap_up:7). `room`: free
    conversation slots. `is_rung`: the agent talks on a desk telephone. `then`: name of the break that follows.
    `kind`: name of the current break. `deciding`: the state of a grant request in this interaction."""

    state: str
    status: str
    conversations: int
    room: int
    view: str = "free"
    since: datetime | None = None
    until: datetime | None = None
    item: Item | None = None
    why: str = ""
    is_rung: bool = False
    then: str = ""
    missed: list[Missed] = field(default_factory=list)
    missed_in_a_row: int = 0
    kind: str = ""
    kinds: list[BreakKind] = field(default_factory=list)
    deciding: str = ""

    @property
    def middle_url(self) -> str:
        return url_for("desk.middle", interaction_id=self.item.interaction.id) if self.item else url_for("desk.free")

    @property
    def name(self) -> str:
        return name_of(self.item) if self.item else ""

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Reasons to decline: (code, label)."""
        return [(code, terms.declined(code)) for code in DECLINED_FOR]


def now(session: Session, mine: Mine) -> CurrentSlot:
    """The offer, else the call, else the wrap-up, else the agent's status."""
    item = mine.offered or mine.call or mine.wrap_up
    agent = mine.agent
    talks = len(mine.conversations)
    room = max(0, agent.max_conversations - talks)
    if item is None:
        is_free = agent.status == Status.AVAILABLE
        begun = max(agent.idle_since, agent.status_since) if is_free else agent.status_since
        state = "free" if is_free else agent.status
        return CurrentSlot(
            state=state,
            status=agent.status,
            since=begun,
            conversations=talks,
            room=room,
            then=breaks.after_this(session, agent),
            missed=offered.missed(session, agent) if agent.status == Status.NOT_ANSWERING else [],
            missed_in_a_row=agent.missed_in_a_row,
            kind=breaks.chosen(session, agent.status, agent.status_reason),
            kinds=breaks.kinds(session),
        )
    since, until = _span(item)
    return CurrentSlot(
        state=_state(item.interaction),
        status=agent.next_status or agent.status,
        view=view_of(item.interaction),
        since=since,
        until=until,
        item=item,
        why=offered.line(session, agent, item, mine) if item is mine.offered else "",
        is_rung=agent.desk_telephone is not None,
        conversations=talks,
        room=room,
        then=breaks.after_this(session, agent),
        kinds=breaks.kinds(session),
        deciding=_deciding(session, agent.id, item.interaction),
    )


def _deciding(session: Session, agent_id: int, it: Interaction) -> str:
    """E.g. "Sam is deciding"; "" without a pending request."""
    if it.state == State.OFFERED:
        return ""
    asked = approvals.open_of_agent(session, agent_id)
    approval = next((row for row, grant in asked if grant.interaction_id == it.id and grant.rest_of is None), None)
    if approval is None:
        return ""
    taken = approval.claimed_by
    name = formats.first_name(agents.names(session).get(taken, "")) if taken else terms.role(approval.current_step.role)
    return waiting.title(name, is_taken=taken is not None)


def _state(it: Interaction) -> str:
    if it.state == State.OFFERED:
        return "offered"
    if it.state == State.WRAP_UP:
        return "wrap_up"
    return "hold" if it.held_since else "on_call"


def _span(item: Item) -> tuple[datetime | None, datetime | None]:
    """Start and end; the end is None where it depends on a person."""
    it, offer = item.interaction, item.offer
    if it.state == State.OFFERED and offer:
        return offer.made_at, offer.expires_at
    if it.state == State.WRAP_UP:
        return it.ended_at, it.wrap_up_until
    return it.answered_at or it.accepted_at, None


def view_of(it: Interaction) -> str:
    """The name of the view with the interaction's id."""
    kind = {
        State.OFFERED: "offered",
        State.WRAP_UP: "wrap_up",
        State.ACTIVE: "call" if it.channel.is_voice else "conversation",
    }
    # A wrap-up that ran out without an outcome can still be finished.
    is_over = it.state == State.ENDED and it.result == Result.SERVED and it.wrap_up_limit is not None
    unfinished = is_over and it.outcome is None and it.agent_id
    return f"{'wrap_up' if unfinished else kind.get(State(it.state), 'ended')}:{it.id}"


def name_of(item: Item) -> str:
    return item.name or formats.phone(item.interaction.their_address) or _("Number withheld")


@dataclass(frozen=True, kw_only=True)
class WorkRow:
    """A conversation, or a wrap-up whose time ran out. `warn`, `bad`: seconds without a reply."""

    id: int
    name: str
    second: str
    icon: str = "chat"
    at: str = ""
    since: datetime | None = None
    waiting_since: datetime | None = None
    unread: int = 0
    warn: float = REPLY_TARGET_SECONDS * 0.8
    bad: float = REPLY_TARGET_SECONDS

    @property
    def url(self) -> str:
        return url_for("desk.page", interaction=self.id)

    @property
    def part_url(self) -> str:
        return url_for("desk.middle", interaction_id=self.id)


@dataclass(frozen=True, kw_only=True)
class TicketRow:
    ticket: Ticket
    customer: str
    at: str

    @property
    def url(self) -> str:
        return url_for("tickets.page", ticket_id=self.ticket.id)


@dataclass(frozen=True, kw_only=True)
class QueuePane:
    calls: list[WorkRow]
    conversations: list[WorkRow]
    tickets: list[TicketRow]
    open_tickets: int
    limit: int


def lists(mine: Mine) -> QueuePane:
    return QueuePane(
        calls=[_unfinished(item) for item in mine.unfinished],
        conversations=[_conversation(item) for item in mine.conversations],
        tickets=[_ticket(ticket, mine) for ticket in mine.tickets[:TICKETS_SHOWN]],
        open_tickets=len(mine.tickets),
        limit=mine.agent.max_conversations,
    )


def _unfinished(item: Item) -> WorkRow:
    it = item.interaction
    return WorkRow(id=it.id, name=name_of(item), second=_("Outcome missing"), at=formats.when(it.ended_at))


def _second(last: Message | None) -> str:
    if last is None:
        return ""
    # The start of the last message, on one line.
    words = " ".join(last.body.split())[:120]
    return words or (ngettext("%(num)s file", "%(num)s files", last.files) if last.files else "")


def _conversation(item: Item) -> WorkRow:
    it, last = item.interaction, item.last_message
    return WorkRow(
        id=it.id,
        name=name_of(item),
        second=_second(last),
        icon=it.channel.icon,
        since=last.created_at if last else it.created_at,
        waiting_since=it.unanswered_since,
        unread=item.unread,
    )


def _ticket(ticket: Ticket, mine: Mine) -> TicketRow:
    customer = mine.ticket_customers.get(ticket.customer_id or 0)
    return TicketRow(ticket=ticket, customer=customer.name if customer else "", at=formats.ago(ticket.changed_at))
