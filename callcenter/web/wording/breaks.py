"""Kinds of break in the reader's language."""

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
class BreakKind:
    key: str
    name: str


def kinds(session: Session) -> list[BreakKind]:
    """Active kinds, in the order of their creation."""
    reader = language.chosen()
    return [BreakKind(key, languages.of(names, reader)) for key, names, is_active in _rows(session) if is_active]


def name(session: Session, reason: str) -> str:
    """E.g. "Lunch"; "Break" for none or an unknown kind."""
    names = {key: languages.of(names, language.chosen()) for key, names, _is_active in _rows(session)} if reason else {}
    return names.get(reason) or _("Break")


def chosen(session: Session, status: str | None, reason: str) -> str:
    """Name of the break's kind; "" for another status or a break without a kind."""
    return name(session, reason) if status == Status.BREAK and reason else ""


def after_this(session: Session, agent: Agent) -> str:
    """Name of the requested status; "" for none."""
    if agent.next_status is None:
        return ""
    return name(session, agent.next_reason) if agent.next_status == Status.BREAK else _("Unavailable")


def _rows(session: Session) -> Rows:
    def read() -> Rows:
        # Inactive kinds too: old breaks still need their name.
        rows = company.every_break_reason(session)
        return tuple((row.key, row.names, row.is_active) for row in sorted(rows, key=lambda row: row.id))

    return settings_cache.figure(session, "break_reasons", read)
