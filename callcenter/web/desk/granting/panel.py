"""The granting panel, and its routes' look-ups: case, own grant, pending request."""

from flask import render_template, request
from sqlalchemy.orm import Session

from callcenter import wiring
from callcenter.domain.errors import ApprovalOver, NotFound
from callcenter.reports.empowerment import allowances
from callcenter.reports.empowerment.allowances import Allowance
from callcenter.storage.empowerment import grants
from callcenter.storage.empowerment.grants import Grant
from callcenter.web import access
from callcenter.web.desk import parts
from callcenter.web.desk.granting.section import Section
from callcenter.web.desk.granting.waiting import WaitingView


def view(session: Session, interaction_id: int, *, is_asked_for: bool = False, message: str = "") -> str:
    row = parts.seen(session, interaction_id)
    found = allowances.of_interaction(session, wiring.current().clock(), agent=parts.me(session), interaction=row)
    if found is None:
        return ""
    section = Section(session, found, is_asked_for=is_asked_for)
    return render_template("desk/granting/panel.html", granting=section, message=message)


def allowance_of_contact(session: Session, interaction_id: int) -> Allowance:
    """NotFound where the reader may not see the interaction, or it has no ticket or no rules."""
    row = parts.seen(session, interaction_id)
    found = allowances.of_interaction(session, wiring.current().clock(), agent=parts.me(session), interaction=row)
    if found is None or found.ticket is None:
        raise NotFound
    return found


def allowance_of_grant(session: Session, grant: Grant) -> Allowance:
    found = allowances.of_grant(session, wiring.current().clock(), agent=parts.me(session), grant=grant)
    if found is None:
        raise NotFound
    return found


def mine(session: Session, grant_id: int) -> Grant:
    """NotFound for a grant of another agent."""
    grant = grants.get(session, grant_id)
    if grant is None or grant.agent_id != access.current_agent().id:
        raise NotFound
    return grant


def waiting_for(session: Session, grant_id: int) -> WaitingView:
    """Raises ApprovalOver where the grant is decided."""
    waiting = Section(session, allowance_of_grant(session, mine(session, grant_id))).waiting
    if waiting is None:
        raise ApprovalOver
    return waiting


def own_sms() -> str | None:
    """None: the remedy's own text is sent."""
    return request.form.get("sms")
