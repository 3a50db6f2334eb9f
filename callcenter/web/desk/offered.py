"""Why an offer came to this agent, in one line and in full; and the offers that expired."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from callcenter.domain import languages
from callcenter.domain.routing import Explanation, explanation
from callcenter.reports.agents import desk
from callcenter.reports.agents.desk import Item, Mine
from callcenter.storage.administration import company, settings_cache
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent
from callcenter.storage.calls import interactions
from callcenter.storage.routing import offers
from callcenter.web.wording import language, reasons, terms

MISSED_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Missed:
    name: str
    queue: str
    at: datetime | None


def line(session: Session, agent: Agent, item: Item, mine: Mine) -> str:
    """Ownership of the ticket first, then affinity, then the routing reason."""
    own = next((each for each in mine.tickets if each.customer_id == item.interaction.customer_id), None)
    if own and item.interaction.customer_id:
        return _("You own their ticket %(number)s", number=own.number)
    explained = of(item)
    if explained is None or explained.agent_id != agent.id:
        return _("You are free and serve this queue")
    known = {
        "last": _("You spoke with this customer last"),
        "account": _("You serve this account"),
    }.get(explained.known_as or "")
    reason = known or reasons.short(explained, {}, skills=skills(session))
    return reason[:1].upper() + reason[1:] if reason else _("You are free and serve this queue")


def whole(session: Session, agent: Agent, item: Item) -> list[str]:
    """All candidates in sentences, then the parts of the queue score."""
    explained = of(item)
    if explained is None:
        return []
    names = {**agents.names(session), agent.id: _("You")}
    spoken = terms.spoken(item.interaction.language)
    lines = reasons.sentences(explained, names, skills=skills(session), language=spoken)
    points = item.interaction.score
    return [*lines, _("Ahead of others by points: %(points)s", points=reasons.points(points))] if points else lines


def of(item: Item) -> Explanation | None:
    return explanation(item.offer.reason) if item.offer and item.offer.reason else None


def skills(session: Session) -> dict[str, str]:
    """{key: name in the reader's language}, from the settings cache."""

    def read() -> Sequence[tuple[str, dict[str, str]]]:
        return [(row.key, row.names) for row in company.skills(session)]

    return {
        key: languages.of(names, language.chosen()) for key, names in settings_cache.figure(session, "skills", read)
    }


def missed(session: Session, agent: Agent) -> list[Missed]:
    """The last expired offers, at most as many as were missed in a row."""
    count = min(agent.missed_in_a_row, MISSED_SHOWN)
    rows = offers.page(session, agent_id=agent.id, states=["expired"], limit=count) if count else []
    found = [interactions.get(session, offer.interaction_id) for offer in rows]
    items = desk.items(session, [row for row in found if row], language.chosen())
    return [_missed(item, offer.ended_at) for item, offer in zip(items, rows, strict=True)]


def _missed(item: Item, at: datetime | None) -> Missed:
    return Missed(item.name or _("a customer"), item.queue, at)
