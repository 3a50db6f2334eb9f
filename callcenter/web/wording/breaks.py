"""Kinds of break as the reader calls them."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from callcenter.domain import languages
from callcenter.domain.agents import Status
from callcenter.storage.administration import company, settings_cache
from callcenter.storage.agents.agents import Agent
from callcenter.web.wording import language

Rows = tuple[tuple[str, dict[str, str], bool], ...]


@dataclass(frozen=True, slots=True)
class Kind:
    key: str
    name: str


def kinds(session: Session) -> list[Kind]:
    """Those that can be chosen, in the order in which they were set up."""
    reader = language.chosen()
    return [Kind(key, languages.of(names, reader)) for key, names, is_active in _rows(session) if is_active]


def name(session: Session, cause: str) -> str:
    """Lunch; Break where it is of no kind, or of one that is no longer known."""
    names = {key: languages.of(names, language.chosen()) for key, names, _is_active in _rows(session)} if cause else {}
    return names.get(cause) or _("Break")


def chosen(session: Session, status: str | None, cause: str) -> str:
    """The name of a status where it is a break of a kind, else empty: then the status' own word says it."""
    return name(session, cause) if status == Status.BREAK and cause else ""


def after_this(session: Session, agent: Agent) -> str:
    """What begins after the work in hand, by its name; empty where nothing was asked for."""
    if agent.next_status is None:
        return ""
    return name(session, agent.next_cause) if agent.next_status == Status.BREAK else _("Unavailable")


def _rows(session: Session) -> Rows:
    def read() -> Rows:
        rows = company.every_break_reason(session)
        return tuple((row.key, row.names, row.is_active) for row in sorted(rows, key=lambda row: row.id))

    return settings_cache.figure(session, "break_reasons", read)
