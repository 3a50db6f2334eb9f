"""Why a contact still waits: asked of the router now, in sentences, for supervisors and agents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from callcenter import wiring
from callcenter.actions.routing import routing
from callcenter.domain.channels import Channel
from callcenter.domain.errors import NotFound
from callcenter.domain.interactions import State
from callcenter.reports.agents import desk
from callcenter.storage.administration import company
from callcenter.storage.agents import agents
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers
from callcenter.storage.work import Work
from callcenter.web import access
from callcenter.web.desk import offered
from callcenter.web.wording import formats, language, reasons, terms

SHOWN = 12
FIRST = 3

pages = Blueprint("waiting", __name__, url_prefix="/waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """One waiting contact; `name` is empty where the reader must not see it."""

    id: int
    channel: Channel
    queue: str
    spoken: str
    since: datetime
    name: str = ""
    sentences: Sequence[str] = ()

    @property
    def why_url(self) -> str:
        return url_for("waiting.why", interaction_id=self.id)


@pages.get("/")
@access.leaders
def index() -> str:
    return render_template("waiting/list.html", **page_values())


def page_values() -> dict[str, object]:
    """Waiting or offered contacts, longest wait first, at most SHOWN."""
    with wiring.current().reading() as session:
        held_out = interactions.page(session, seen_by=access.current_actor(), states=[State.OFFERED], limit=SHOWN)
        rows = sorted([*interactions.waiting(session, limit=SHOWN + 1), *held_out], key=_since)
        people = customers.by_ids(session, [row.customer_id for row in rows if row.customer_id])
        names = _queues(session)
        found = [
            _row(row, names, name=people[row.customer_id].name if row.customer_id in people else _number(row))
            for row in rows[:SHOWN]
        ]
    return {"waits": found, "more": len(rows) > SHOWN}


@pages.get("/<int:interaction_id>/why")
@access.leaders
def why(interaction_id: int) -> str:
    with wiring.current().reading() as session:
        row = interactions.get(session, interaction_id)
        if row is None:
            raise NotFound
        return render_template("waiting/why.html", id=row.id, sentences=reasons_of(session, row), waits=_waits(row))


@pages.get("/in/<int:queue_id>")
@access.everyone
def in_queue(queue_id: int) -> str:
    """The first FIRST of a queue; NotFound for an agent who does not serve it."""
    with wiring.current().reading() as session:
        if not access.current_actor().leads and queue_id not in desk.queues_of(session, access.current_agent()):
            raise NotFound
        names = _queues(session)
        rows = interactions.waiting(session, queue_id=queue_id, limit=FIRST)
        # No customer names: an agent has no access before the offer.
        found = [_row(row, names, sentences=reasons_of(session, row)) for row in rows]
    return render_template("waiting/in_queue.html", queue_id=queue_id, waits=found)


def reasons_of(session: Session, row: Interaction) -> list[str]:
    names = agents.names(session)
    if row.state == State.OFFERED:
        return [_("%(name)s is being asked now", name=names.get(row.agent_id or 0, ""))]
    if not _waits(row):
        who = names.get(row.agent_id or 0)
        return [_("%(name)s has taken it", name=who) if who else _("No one waits here any more")]
    explained = routing.why_waiting(Work(session, wiring.current().clock()), row)
    if explained is None:
        return [_("It is not yet in line")]
    spoken = terms.spoken(row.language)
    return reasons.why_waiting(explained, names, skills=offered.skills(session), language=spoken)


def _waits(row: Interaction) -> bool:
    return row.state in (State.WAITING, State.OFFERED)


def _since(row: Interaction) -> datetime:
    return row.joined_at or row.created_at


def _queues(session: Session) -> dict[int, str]:
    return {queue.id: queue.name(language.chosen()) for queue in company.queues(session)}


def _number(row: Interaction) -> str:
    return formats.phone(row.their_address) or _("Number withheld")


def _row(row: Interaction, queues: dict[int, str], *, name: str = "", sentences: Sequence[str] = ()) -> WaitingRow:
    return WaitingRow(
        id=row.id,
        channel=row.channel,
        queue=queues.get(row.queue_id or 0, ""),
        spoken=terms.spoken(row.language),
        since=_since(row),
        name=name,
        sentences=sentences,
    )
