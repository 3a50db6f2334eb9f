"""Routes of choosing, granting and asking: each post runs one action and returns the panel."""

import uuid

from flask import render_template, request
from flask_babel import gettext as _

from callcenter import operations, wiring
from callcenter.actions.empowerment import asking, granting
from callcenter.actions.empowerment.granting import GrantRequest
from callcenter.domain.empowerment import GrantAnswer, Remedy, hold
from callcenter.domain.errors import (
    AlreadyOnHold,
    AskFirst,
    CallNotConnected,
    Invalid,
    NotYourInteraction,
    OutsideError,
)
from callcenter.domain.states import GrantState
from callcenter.reports.empowerment.allowances import Allowance
from callcenter.web import access
from callcenter.web.desk.blueprint import pages
from callcenter.web.desk.granting import panel
from callcenter.web.desk.granting.choosing import Choosing, read_units
from callcenter.web.desk.granting.confirming import Confirming, GrantForm
from callcenter.web.desk.granting.section import Section

OF_INTERACTION = "/desk/interactions/<int:interaction_id>/give"
OF_GRANT = "/desk/grants/<int:grant_id>"


@pages.get(OF_INTERACTION)
@access.everyone
def grant_part(interaction_id: int) -> str:
    """The panel: what is decided, else what may be granted."""
    with wiring.current().reading() as session:
        return panel.view(session, interaction_id)


@pages.get(f"{OF_INTERACTION}/choose")
@access.everyone
def grant_choose(interaction_id: int) -> str:
    """Step one, unless a request is pending or approved: then the panel."""
    with wiring.current().reading() as session:
        found = panel.allowance_of_contact(session, interaction_id)
        section = Section(session, found, is_asked_for=True)
        wants_more = bool(request.args.get("remedy"))
        if section.waiting or not section.may_grant or (section.ready and not wants_more):
            return panel.view(session, interaction_id, is_asked_for=True)
        return _choose(found, request.args.get("remedy", ""), request.args.get("amount"), _key(request.args.get("key")))


@pages.get(f"{OF_INTERACTION}/amount")
@access.everyone
def grant_amount(interaction_id: int) -> str:
    """The effect of an amount: scale, remaining budget, label of the button."""
    with wiring.current().reading() as session:
        found = panel.allowance_of_contact(session, interaction_id)
        choosing = Choosing(
            found,
            remedy=request.args.get("remedy", ""),
            amount=request.args.get("amount", ""),
            key=_key(request.args.get("key")),
        )
        return render_template("desk/granting/amount.html", choosing=choosing)


@pages.post(f"{OF_INTERACTION}/confirm")
@access.everyone
def grant_confirm(interaction_id: int) -> str:
    """Step two; a request that the rules refuse is recorded and returns step one."""
    with wiring.current().reading() as session:
        found = panel.allowance_of_contact(session, interaction_id)
        form = _form(found)
        held = hold(found.decision, form.remedy, form.units, reason="said")
    if held.answer == GrantAnswer.REFUSED:
        with wiring.current().work() as work:
            # One record per refused amount, however often the agent presses the button.
            refused = uuid.uuid5(uuid.NAMESPACE_OID, f"{form.key}:{form.remedy}:{form.units}").hex
            granting.grant(work, _grant_request(found, form, key=refused), actor=access.current_actor())
        return _choose(found, form.remedy, form.amount, form.key)
    return _confirm(found, form)


@pages.post(OF_INTERACTION)
@access.everyone
def grant_now(interaction_id: int) -> str:
    """Grants; where the limit changed meanwhile, returns the step above the limit."""
    with wiring.current().reading() as session:
        found = panel.allowance_of_contact(session, interaction_id)
        form = _form(found)
    try:
        with wiring.current().work() as work:
            granting.grant(work, _grant_request(found, form, sms=panel.own_sms()), actor=access.current_actor())
    except AskFirst:
        with wiring.current().reading() as session:
            found = panel.allowance_of_contact(session, interaction_id)
        return _confirm(found, form, message=_("The limit changed meanwhile."))
    with wiring.current().reading() as session:
        return panel.view(session, interaction_id)


@pages.post(f"{OF_INTERACTION}/ask")
@access.everyone
def grant_ask(interaction_id: int) -> str:
    """Sends the request to an approver and puts a connected caller on hold."""
    actor = access.current_actor()
    with wiring.current().reading() as session:
        found = panel.allowance_of_contact(session, interaction_id)
        form = _form(found)
    with wiring.current().work() as work:
        grant = asking.ask(work, _grant_request(found, form), actor=actor)
    message = _hold(interaction_id) if grant.state == GrantState.AWAITING else ""
    with wiring.current().reading() as session:
        return panel.view(session, interaction_id, message=message)


def _hold(interaction_id: int) -> str:
    """An error message where the carrier refused the hold, else "". The request stands either way."""
    try:
        operations.hold(wiring.current(), interaction_id, actor=access.current_actor())
    except (AlreadyOnHold, CallNotConnected, NotYourInteraction):
        return ""
    except OutsideError:
        return _("It is asked, but the telephone company did not put the customer on hold.")
    return ""


@pages.post(f"{OF_INTERACTION}/drop")
@access.everyone
def grant_drop(interaction_id: int) -> str:
    """Records a request above the limit that the agent did not send; rule replays read it."""
    with wiring.current().reading() as session:
        found = panel.allowance_of_contact(session, interaction_id)
        form = _form(found)
    with wiring.current().work() as work:
        granting.drop(work, _grant_request(found, form), actor=access.current_actor())
    with wiring.current().reading() as session:
        return panel.view(session, interaction_id)


def _choose(found: Allowance, remedy: str, amount: str | None, key: str) -> str:
    choosing = Choosing(found, remedy=remedy, amount=amount, key=key)
    return render_template("desk/granting/choose.html", choosing=choosing, is_chosen=bool(remedy))


def _confirm(found: Allowance, form: GrantForm, *, message: str = "") -> str:
    with wiring.current().reading() as session:
        held = hold(found.decision, form.remedy, form.units, reason="said")
        remedy = _remedy(found, form.remedy)
        if held.answer == GrantAnswer.REFUSED:
            return _choose(found, form.remedy, form.amount, form.key)
        name = "above" if held.answer == GrantAnswer.ASK else "confirm"
        it = Confirming(session, found, remedy, held, form)
        return render_template(f"desk/granting/{name}.html", it=it, message=message)


def _form(found: Allowance) -> GrantForm:
    """Raises Invalid for an unknown remedy or an invalid amount."""
    posted = request.form
    remedy = _remedy(found, posted.get("remedy", ""))
    amount = posted.get("amount", "")
    fixed = remedy.fixed.get(found.currency) if remedy.is_money else None
    units = fixed or read_units(amount, remedy, found.currency)
    requested = posted.get("requested", type=int)
    return GrantForm(
        key=_key(posted.get("key")),
        remedy=remedy.key,
        units=units,
        amount=amount,
        requested=requested if requested and requested > units else None,
        reason=posted.get("reason", ""),
        fields={field.key: posted.get(f"field_{field.key}", "") for field in remedy.fields},
    )


def _remedy(found: Allowance, key: str) -> Remedy:
    remedy = found.remedy(key)
    if remedy is None:
        raise Invalid("There is no such remedy.", field="remedy")
    return remedy


def _grant_request(
    found: Allowance, form: GrantForm, *, key: str | None = None, sms: str | None = None
) -> GrantRequest:
    assert found.ticket is not None
    return GrantRequest(
        key=key or form.key,
        ticket_id=found.ticket.id,
        interaction_id=found.interaction.id if found.interaction else None,
        remedy=form.remedy,
        units=form.units,
        requested=form.requested,
        reason=form.reason,
        fields=form.fields,
        sms=sms,
    )


def _key(key: str | None) -> str:
    # The key makes a repeated post idempotent.
    return key if key and len(key) <= 40 else uuid.uuid4().hex
