"""The customer's timeline on the desk: this interaction in detail, earlier ones in one line each, newest first."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from callcenter.domain.interactions import Result
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.history import History
from callcenter.web.timeline import timeline
from callcenter.web.wording import formats, labels

# The first event is left out where the second one is there: they say the same.
SAID_BY = {
    "CallReceived": "QueueEntered",
    "ConversationStarted": "MessageReceived",
}


def days(
    session: Session,
    rows: Sequence[History],
    earlier: Sequence[Interaction],
    *,
    names: Mapping[int, str],
    now: datetime,
) -> list[timeline.TimelineDay]:
    """`names`: agents by id, with the reader as "you"."""
    kinds = {row.kind for row in rows}
    here = timeline.facts(session, [row for row in rows if SAID_BY.get(row.kind) not in kinds])
    before = [_contact(each, names, now) for each in earlier if each.ended_at is not None]
    return timeline.by_day(sorted([*here, *before], key=_moment, reverse=True))


def _moment(fact: timeline.TimelineEntry) -> float:
    return fact.at.timestamp() if fact.at else 0.0


def _contact(contact: Interaction, names: Mapping[int, str], now: datetime) -> timeline.TimelineEntry:
    return timeline.at(
        _served(contact, names, now) if contact.result == Result.SERVED else _lost(contact, now), contact.created_at
    )


def _served(contact: Interaction, names: Mapping[int, str], now: datetime) -> timeline.TimelineEntry:
    who = names.get(contact.agent_id or 0) or _("nobody")
    strong = (
        _("Call with %(name)s", name=who) if contact.channel.is_voice else _("Conversation with %(name)s", name=who)
    )
    length = formats.duration(contact.talked_seconds(now)) if contact.channel.is_voice else ""
    outcome = labels.of("outcome", contact.outcome).lower() if contact.outcome else ""
    text = " · ".join(part for part in (length, outcome) if part)
    return timeline.TimelineEntry(contact.channel.icon, strong, text, contact.note)


def _lost(contact: Interaction, now: datetime) -> timeline.TimelineEntry:
    strong = _("Called, not answered") if contact.channel.is_voice else _("Wrote, not answered")
    waited = formats.duration(contact.waited_seconds(now))
    text = _("%(how)s, after %(time)s", how=labels.of("result", contact.result or ""), time=waited)
    return timeline.TimelineEntry("phone-off" if contact.channel.is_voice else contact.channel.icon, strong, text)
