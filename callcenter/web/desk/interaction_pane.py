"""View model of the middle zone for one interaction: offered, call, conversation, wrap-up or ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from callcenter.domain import tickets as rules
from callcenter.domain.agents import Role, Status
from callcenter.domain.interactions import Outcome, State
from callcenter.domain.permissions import Actor, may_grant
from callcenter.reports.agents import desk
from callcenter.reports.agents.desk import Item
from callcenter.reports.customers import card as cards
from callcenter.reports.customers.card import Card
from callcenter.storage import history
from callcenter.storage.administration import access as kept
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.empowerment import rule_books
from callcenter.storage.tickets.tickets import Ticket
from callcenter.web.desk import interaction_timeline, offered, queue_pane, words, writing
from callcenter.web.desk.writing import ShownMessage, Writing
from callcenter.web.timeline.timeline import TimelineDay
from callcenter.web.wording import breaks, formats
from callcenter.web.wording.breaks import BreakKind

EARLIER_SHOWN = 30
SIGNS = {
    "offered": ("offered", "phone-in"),
    "call": ("on_call", "phone"),
    "conversation": ("none", "chat"),
    "wrap_up": ("wrap_up", "pencil"),
    "ended": ("none", "history"),
}


class ShownInteraction:
    def __init__(self, item: Item) -> None:
        self.item = item
        self.row = item.interaction

    @property
    def name(self) -> str:
        return queue_pane.name_of(self.item)

    @property
    def first_name(self) -> str:
        """ "Carla" for Carla Mendes, "李雷" for 李雷; the number without a name."""
        known = self.item.name
        return formats.first_name(known) if known else self.name

    @property
    def number(self) -> str:
        return formats.phone(self.row.their_address)

    @property
    def matter(self) -> str:
        ticket = self.item.ticket
        return ticket.subject if ticket and ticket.subject != self.item.queue else ""

    @property
    def zone(self) -> str:
        return self.item.customer.zone if self.item.customer else ""

    @property
    def held(self) -> str:
        return formats.duration(self.row.held_seconds)

    @property
    def talked(self) -> str:
        return formats.duration(self.row.talked_seconds(formats.now())) if self.row.channel.is_voice else ""

    @property
    def is_connected(self) -> bool:
        return self.row.answered_at is not None

    reply_target = queue_pane.REPLY_TARGET_SECONDS

    @property
    def reply_target_words(self) -> str:
        return formats.duration(self.reply_target)


@dataclass(frozen=True)
class TicketStrip:
    ticket: Ticket
    statuses: Sequence[str] = tuple(rules.TicketStatus)
    types: Sequence[str] = tuple(rules.TicketType)
    priorities: Sequence[str] = tuple(rules.Priority)

    @property
    def url(self) -> str:
        return url_for("tickets.page", ticket_id=self.ticket.id)


@dataclass(frozen=True)
class Notice:
    icon: str
    kind: str
    strong: str
    text: str


@dataclass(frozen=True)
class FollowUp:
    icon: str
    text: str


class InteractionPane:
    """Lazy: each part of the page reads only what it shows."""

    def __init__(self, session: Session, item: Item, agent: Agent, now: datetime) -> None:
        self.session, self.item, self.agent, self.now = session, item, agent, now
        self.row: Interaction = item.interaction
        self.interaction = ShownInteraction(item)
        self.view = queue_pane.view_of(self.row)
        kind = self.view.split(":")[0]
        # Another agent's interaction is shown read-only, as an ended one.
        self.part = kind if self.row.agent_id == agent.id else "ended"
        self.sign, self.icon = SIGNS[self.part]
        if self.part in ("offered", "conversation") and not self.row.channel.is_voice:
            self.icon = self.row.channel.icon

    @cached_property
    def card(self) -> Card | None:
        return cards.of_interaction(self.session, self.row.id, self.now, agent=self.agent)

    @property
    def can_give(self) -> bool:
        """Rules are in force, and the agent may grant in this interaction."""
        if self.row.ticket_id is None or rule_books.in_force(self.session, self.now) is None:
            return False
        owner = self.item.ticket.granting_owner_id if self.item.ticket else None
        actor = Actor(Role(self.agent.role), self.agent.id)
        return may_grant(actor, ticket_owner_id=owner, interaction_agent_id=self.row.agent_id)

    @property
    def ticket(self) -> TicketStrip | None:
        return TicketStrip(self.item.ticket) if self.item.ticket else None

    @cached_property
    def writing(self) -> Writing:
        is_out = bool(self.card and self.card.opted_out)
        return Writing.of(self.session, self.row, opted_out=is_out, now=self.now)

    def draft(self, kind: str) -> str:
        row = kept.draft(self.session, agent_id=self.agent.id, about=f"{kind}:{self.row.id}")
        return row.body if row else ""

    @cached_property
    def messages(self) -> list[ShownMessage]:
        return writing.thread(self.session, self.row.id)

    @cached_property
    def timeline(self) -> list[TimelineDay]:
        rows = history.of_interaction(self.session, self.row.id)
        names = {**agents.names(self.session), self.agent.id: _("you")}
        return interaction_timeline.days(self.session, rows, self._earlier(), names=names, now=self.now)

    def _earlier(self) -> Sequence[Interaction]:
        if self.row.customer_id is None:
            return ()
        return interactions.of_customer(self.session, self.row.customer_id, limit=EARLIER_SHOWN, before=self.row.id)

    @cached_property
    def why(self) -> str:
        return offered.line(self.session, self.agent, self.item, desk.mine(self.session, self.agent, self.now))

    @cached_property
    def considered(self) -> list[str]:
        """The routing reason in sentences: other candidates, excluded agents."""
        return offered.whole(self.session, self.agent, self.item)

    @property
    def before(self) -> list[Notice]:
        """The customer's effort so far, and the open ticket."""
        if self.card is None:
            return []
        found = []
        effort = self.card.effort
        if effort.contacts > 1:
            last = self.card.contacts[0] if self.card.contacts else None
            found.append(
                Notice(
                    icon="alert" if effort.is_heavy else "history",
                    kind="bad" if effort.is_heavy else "",
                    strong=words.nth_contact(effort.contacts),
                    text=_("It has taken %(time)s of their time so far.", time=words.hours(effort.seconds))
                    + (f" {_last_told(last)}" if last else ""),
                )
            )
        if self.card.ticket:
            ticket = self.card.ticket
            opened = _("Opened %(time)s.", time=formats.when(ticket.created_at))
            strong = _("Open ticket: %(number)s, %(subject)s", number=ticket.number, subject=ticket.subject)
            found.append(Notice(icon="ticket", kind="", strong=strong, text=opened))
        return found

    @property
    def until(self) -> datetime | None:
        return self.row.wrap_up_until if self.row.state == State.WRAP_UP else None

    @property
    def is_mandatory(self) -> bool:
        # A wrap-up without an end must be finished by hand.
        return self.row.state == State.WRAP_UP and self.row.wrap_up_until is None

    @property
    def since(self) -> datetime | None:
        return self.row.ended_at

    @property
    def total(self) -> str:
        if self.until is None or self.since is None:
            return ""
        return formats.duration((self.until - self.since).total_seconds())

    @property
    def can_extend(self) -> bool:
        limit = self.row.wrap_up_limit
        return bool(self.until and limit and self.until < limit)

    outcomes = tuple(Outcome)

    @property
    def then(self) -> str:
        """The break requested for afterwards: its kind, "1" without a kind, "" for none."""
        return (self.agent.next_reason or "1") if self.agent.next_status == Status.BREAK else ""

    @property
    def is_on_break(self) -> bool:
        return self.agent.status == Status.BREAK

    @property
    def kinds(self) -> list[BreakKind]:
        return breaks.kinds(self.session)

    @property
    def next(self) -> list[FollowUp]:
        """What finishing the wrap-up triggers, as far as it is certain."""
        found = []
        if self.item.ticket and self.item.ticket.is_unsolved:
            number = self.item.ticket.number
            found.append(
                FollowUp("ticket", _("“Solved” solves ticket %(number)s; otherwise it stays with you.", number=number))
            )
            found.append(FollowUp("star", _("The customer is asked once how it was, after the ticket is solved.")))
        return found


def _last_told(contact: cards.EarlierContact) -> str:
    who = contact.agent or _("nobody")
    return _("The last time they explained it to %(name)s, %(time)s.", name=who, time=formats.when(contact.at))
