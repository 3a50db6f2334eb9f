"""The dialog for a save conflict on a ticket."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from callcenter.storage.tickets.tickets import Ticket
from callcenter.web.wording import formats, terms


@dataclass(frozen=True)
class StaleRow:
    label: str
    theirs: str
    mine: str


@dataclass(frozen=True, kw_only=True)
class Stale:
    """Both versions: saved by a colleague, and to be saved here."""

    name: str
    text: str
    rows: list[StaleRow]
    fields: list[tuple[str, str]]
    keep_url: str
    save_url: str


def of(ticket: Ticket, interaction_id: int, changed: dict[str, str], *, name: str) -> Stale:
    when = formats.time_of(ticket.changed_at)
    return Stale(
        name=name,
        text=_("%(name)s changed this ticket at %(time)s, while you wrote.", name=name, time=when),
        rows=[
            StaleRow(
                terms.ticket_field(each),
                terms.ticket_value(each, getattr(ticket, each), {}),
                terms.ticket_value(each, value, {}),
            )
            for each, value in changed.items()
        ],
        fields=[("version", str(ticket.version)), *changed.items()],
        keep_url=url_for("desk.strip", interaction_id=interaction_id),
        save_url=url_for("desk.save_ticket", interaction_id=interaction_id),
    )
