"""The panel as it stands, and what its routes look up: the matter, a grant of mine, what waits."""

from flask import render_template, request
from sqlalchemy.orm import Session

from callcenter import wiring
from callcenter.domain.errors import ApprovalOver, NotFound
from callcenter.reports.empowerment import giving as report
from callcenter.reports.empowerment.giving import Giving
from callcenter.storage.empowerment import grants
from callcenter.storage.empowerment.grants import Grant
from callcenter.web import access
from callcenter.web.desk import parts
from callcenter.web.desk.give.section import Section
from callcenter.web.desk.give.waiting import Waiting


def shown(session: Session, interaction_id: int, *, is_asked_for: bool = False, said: str = "") -> str:
    row = parts.seen(session, interaction_id)
    found = report.of_interaction(session, wiring.current().clock(), agent=parts.me(session), interaction=row)
    if found is None:
        return ""
    section = Section(session, found, is_asked_for=is_asked_for)
    return render_template("desk/give/panel.html", give=section, said=said)


def giving_of_contact(session: Session, interaction_id: int) -> Giving:
    """What may be given in this contact, as its ticket and rules are now; NotFound where nothing can be."""
    row = parts.seen(session, interaction_id)
    found = report.of_interaction(session, wiring.current().clock(), agent=parts.me(session), interaction=row)
    if found is None or found.ticket is None:
        raise NotFound
    return found


def giving_of(session: Session, grant: Grant) -> Giving:
    found = report.of_grant(session, wiring.current().clock(), agent=parts.me(session), grant=grant)
    if found is None:
        raise NotFound
    return found


def mine(session: Session, grant_id: int) -> Grant:
    grant = grants.get(session, grant_id)
    if grant is None or grant.agent_id != access.current_agent().id:
        raise NotFound
    return grant


def waiting_for(session: Session, grant_id: int) -> Waiting:
    waiting = Section(session, giving_of(session, mine(session, grant_id))).waiting
    if waiting is None:
        raise ApprovalOver
    return waiting


def own_sms() -> str | None:
    """The agent's own words; None leaves those of the remedy."""
    return request.form.get("sms")
