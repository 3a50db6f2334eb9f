"""Routes of choosing, granting and asking: each post runs one action and returns the panel."""

import uuid

from flask import render_template, request
from flask_babel import gettext as _

from callcenter import operations, wiring
from callcenter.actions.empowerment import asking, granting
from callcenter.actions.empowerment.granting import GrantRequest
from callcenter.domain.empowerment import Answer, Remedy, hold
from callcenter.domain.errors import (
    AlreadyOnHold,
    AskFirst,
    CallNotConnected,
    Invalid,
    NotYourInteraction,
    OutsideError,
)
from callcenter.domain.states import GrantState
from callcenter.reports.empowerment.giving import Giving
from callcenter.web import access
from callcenter.web.desk.blueprint import pages
from callcenter.web.desk.give import panel
from callcenter.web.desk.give.choosing import Choosing, read_units
from callcenter.web.desk.give.confirming import Confirming, Form
from callcenter.web.desk.give.section import Section

OF_INTERACTION = "/desk/interactions/<int:interaction_id>/give"
OF_GRANT = "/desk/grants/<int:grant_id>"


@pages.get(OF_INTERACTION)
@access.everyone
def give_part(interaction_id: int) -> str:
    """The panel: what is decided, else what may be granted."""
    with wiring.current().reading() as session:
        return panel.shown(session, interaction_id)


@pages.get(f"{OF_INTERACTION}/choose")
@access.everyone
def give_choose(interaction_id: int) -> str:
    """Step one, unless a request is pending or approved: then the panel."""
    with wiring.current().reading() as session:
        found = panel.giving_of_contact(session, interaction_id)
        section = Section(session, found, is_asked_for=True)
        wants_more = bool(request.args.get("remedy"))
        if section.waiting or not section.may_give or (section.ready and not wants_more):
            return panel.shown(session, interaction_id, is_asked_for=True)
        return _choose(found, request.args.get("remedy", ""), request.args.get("amount"), _key(request.args.get("key")))


@pages.get(f"{OF_INTERACTION}/amount")
@access.everyone
def give_amount(interaction_id: int) -> str:
    """The effect of an amount: scale, remaining budget, label of the button."""
    with wiring.current().reading() as session:
        found = panel.giving_of_contact(session, interaction_id)
        choosing = Choosing(
            found,
            remedy=request.args.get("remedy", ""),
            amount=request.args.get("amount", ""),
            key=_key(request.args.get("key")),
        )
        return render_template("desk/give/amount.html", choosing=choosing)


@pages.post(f"{OF_INTERACTION}/confirm")
@access.everyone
def give_confirm(interaction_id: int) -> str:
    """Step two; a request that the rules refuse is recorded and returns step one."""
    with wiring.current().reading() as session:
        found = panel.giving_of_contact(session, interaction_id)
        form = _form(found)
        held = hold(found.decision, form.remedy, form.units, reason="said")
    if held.answer == Answer.REFUSED:
        with wiring.current().work() as work:
            # One record per refused amount, however often the agent presses the button.
            refused = uuid.uuid5(uuid.NAMESPACE_OID, f"{form.key}:{form.remedy}:{form.units}").hex
            granting.give(work, _wish(found, form, key=refused), actor=access.current_actor())
        return _choose(found, form.remedy, form.amount, form.key)
    return _confirm(found, form)


@pages.post(OF_INTERACTION)
@access.everyone
def give_now(interaction_id: int) -> str:
    """Grants; where the limit changed meanwhile, returns the step above the limit."""
    with wiring.current().reading() as session:
        found = panel.giving_of_contact(session, interaction_id)
        form = _form(found)
    try:
        with wiring.current().work() as work:
            granting.give(work, _wish(found, form, sms=panel.own_sms()), actor=access.current_actor())
    except AskFirst:
        with wiring.current().reading() as session:
            found = panel.giving_of_contact(session, interaction_id)
        return _confirm(found, form, said=_("The limit changed meanwhile."))
    with wiring.current().reading() as session:
        return panel.shown(session, interaction_id)


@pages.post(f"{OF_INTERACTION}/ask")
@access.everyone
def give_ask(interaction_id: int) -> str:
    """Sends the request to an approver and puts a connected caller on hold."""
    actor = access.current_actor()
    with wiring.current().reading() as session:
        found = panel.giving_of_contact(session, interaction_id)
        form = _form(found)
    with wiring.current().work() as work:
        grant = asking.ask(work, _wish(found, form), actor=actor)
    said = _hold(interaction_id) if grant.state == GrantState.AWAITING else ""
    with wiring.current().reading() as session:
        return panel.shown(session, interaction_id, said=said)


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
def give_drop(interaction_id: int) -> str:
    """Records a request above the limit that the agent did not send; rule replays read it."""
    with wiring.current().reading() as session:
        found = panel.giving_of_contact(session, interaction_id)
        form = _form(found)
    with wiring.current().work() as work:
        granting.drop(work, _wish(found, form), actor=access.current_actor())
    with wiring.current().reading() as session:
        return panel.shown(session, interaction_id)


def _choose(found: Giving, remedy: str, amount: str | None, key: str) -> str:
    choosing = Choosing(found, remedy=remedy, amount=amount, key=key)
    return render_template("desk/give/choose.html", choosing=choosing, is_chosen=bool(remedy))


def _confirm(found: Giving, form: Form, *, said: str = "") -> str:
    with wiring.current().reading() as session:
        held = hold(found.decision, form.remedy, form.units, reason="said")
        remedy = _remedy(found, form.remedy)
        if held.answer == Answer.REFUSED:
            return _choose(found, form.remedy, form.amount, form.key)
        name = "above" if held.answer == Answer.ASK else "confirm"
        it = Confirming(session, found, remedy, held, form)
        return render_template(f"desk/give/{name}.html", it=it, said=said)


def _form(found: Giving) -> Form:
    """Raises Invalid for an unknown remedy or an invalid amount."""
    given = request.form
    remedy = _remedy(found, given.get("remedy", ""))
    amount = given.get("amount", "")
    fixed = remedy.fixed.get(found.currency) if remedy.is_money else None
    units = fixed or read_units(amount, remedy, found.currency)
    wished = given.get("wished", type=int)
    return Form(
        key=_key(given.get("key")),
        remedy=remedy.key,
        units=units,
        amount=amount,
        wished=wished if wished and wished > units else None,
        reason=given.get("reason", ""),
        fields={field.key: given.get(f"field_{field.key}", "") for field in remedy.fields},
    )


def _remedy(found: Giving, key: str) -> Remedy:
    remedy = found.remedy(key)
    if remedy is None:
        raise Invalid("There is no such remedy.", field="remedy")
    return remedy


def _wish(found: Giving, form: Form, *, key: str | None = None, sms: str | None = None) -> GrantRequest:
    assert found.ticket is not None
    return GrantRequest(
        key=key or form.key,
        ticket_id=found.ticket.id,
        interaction_id=found.interaction.id if found.interaction else None,
        remedy=form.remedy,
        units=form.units,
        wished=form.wished,
        reason=form.reason,
        fields=form.fields,
        sms=sms,
    )


def _key(key: str | None) -> str:
    # The key makes a repeated post idempotent.
    return key if key and len(key) <= 40 else uuid.uuid4().hex
