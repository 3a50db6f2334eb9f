"""Routes of a grant request: status, change, withdrawal, chat with the approver, and the grant after approval."""

from flask import Response, render_template, request

from callcenter import wiring
from callcenter.actions.empowerment import approvals as acts
from callcenter.actions.empowerment import asking
from callcenter.domain.errors import NotFound
from callcenter.reports.empowerment import allowances
from callcenter.storage.empowerment import approvals, grants
from callcenter.web import access
from callcenter.web.desk import parts
from callcenter.web.desk.blueprint import pages
from callcenter.web.desk.granting import panel
from callcenter.web.desk.granting.choosing import read_units
from callcenter.web.desk.granting.section import Section

OF_GRANT = "/desk/grants/<int:grant_id>"


@pages.get(f"{OF_GRANT}/waiting")
@access.everyone
def grant_waiting(grant_id: int) -> str:
    """The live part of the waiting panel."""
    with wiring.current().reading() as session:
        section = Section(session, panel.allowance_of_grant(session, panel.mine(session, grant_id)))
        # Refreshed by itself, so it must not contain a field the agent types in.
        return render_template("desk/granting/live.html", granting=section, waiting=section.waiting)


@pages.get(f"{OF_GRANT}/words")
@access.everyone
def grant_words(grant_id: int) -> Response | str:
    """The chat so far; 204 once the approval has ended."""
    with wiring.current().reading() as session:
        section = Section(session, panel.allowance_of_grant(session, panel.mine(session, grant_id)))
        waiting = section.waiting
        # 204 swaps nothing in: the panel as a whole is about to be replaced.
        return render_template("desk/granting/words.html", waiting=waiting) if waiting else Response(status=204)


@pages.get(f"{OF_GRANT}/change")
@access.everyone
def grant_change(grant_id: int) -> str:
    with wiring.current().reading() as session:
        waiting = panel.waiting_for(session, grant_id)
        return render_template("desk/granting/change.html", waiting=waiting)


@pages.post(f"{OF_GRANT}/change", endpoint="grant_changed")
@access.everyone
def grant_changed(grant_id: int) -> str:
    with wiring.current().reading() as session:
        grant = panel.mine(session, grant_id)
        remedy = allowances.remedy_of(session, grant)
        if remedy is None:
            raise NotFound
        units = read_units(request.form.get("amount", ""), remedy, grant.currency)
    with wiring.current().work() as work:
        reason = request.form.get("reason", "")
        asking.change(work, grant_id, actor=access.current_actor(), units=units, reason=reason)
    return _where_it_belongs(grant_id)


@pages.post(f"{OF_GRANT}/withdraw")
@access.everyone
def grant_withdraw(grant_id: int) -> str:
    with wiring.current().work() as work:
        asking.withdraw(work, grant_id, actor=access.current_actor())
    return _where_it_belongs(grant_id)


@pages.post(f"{OF_GRANT}/give")
@access.everyone
def grant_approved(grant_id: int) -> str:
    """Grants after approval. Idempotent."""
    prefix = "field_"
    fields = {name.removeprefix(prefix): text for name, text in request.form.items() if name.startswith(prefix)}
    with wiring.current().work() as work:
        asking.grant_approved(work, grant_id, actor=access.current_actor(), sms=panel.own_sms(), fields=fields)
    return _where_it_belongs(grant_id)


@pages.post(f"{OF_GRANT}/say")
@access.everyone
def grant_say(grant_id: int) -> str:
    with wiring.current().work() as work:
        grant = grants.get(work.session, grant_id)
        approval = approvals.of_grant(work.session, grant_id)
        if grant is None or approval is None or grant.agent_id != access.current_agent().id:
            raise NotFound
        acts.say(work, approval.id, actor=access.current_actor(), body=request.form.get("body", ""))
    with wiring.current().reading() as session:
        return render_template("desk/granting/talk.html", waiting=panel.waiting_for(session, grant_id))


def _where_it_belongs(grant_id: int) -> str:
    """The part the action came from: the panel, the idle view, or nothing on a ticket's page."""
    if request.headers.get("HX-Target") == "free":
        return parts.free_part()
    with wiring.current().reading() as session:
        grant = panel.mine(session, grant_id)
        if grant.interaction_id is None:
            return ""
        return panel.view(session, grant.interaction_id)
