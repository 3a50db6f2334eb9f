"""Failed due work: error, next try, and a button to retry what was given up."""

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.storage import failures
from callcenter.web import access
from callcenter.web.admin.blueprint import pages


@pages.get("/stuck")
@access.leaders
def stuck() -> str:
    with wiring.current().reading() as session:
        rows = failures.all_of_them(session)
    return render_template("admin/stuck.html", rows=rows, kinds=kinds(), most_tries=failures.MOST_TRIES)


@pages.post("/stuck/<int:failure_id>")
@access.allow("administrator")
def try_again(failure_id: int) -> Response:
    with wiring.current().work() as work:
        # Does nothing where the failure was resolved meanwhile.
        failures.try_again(work.session, now=work.now, id_=failure_id)
    return redirect(url_for("admin.stuck"), 303)


def kinds() -> dict[str, str]:
    """Labels by kind of `callcenter.due.DUE`."""
    return {
        "offer_expires": _("End an offer that was not taken"),
        "leg_not_up": _("Look whether the agent's line is up"),
        "wrap_up_over": _("End a wrap-up"),
        "callback": _("Call a customer back"),
        "escalation_step": _("Pass a question on to the next approver"),
        "grant_lapses": _("End a yes that was not given on"),
        "ring_agent": _("Ring an agent's desk telephone"),
        "bring_back": _("Lead a caller back to the music"),
        "send_message": _("Send a message"),
        "fetch_attachment": _("Fetch a file"),
        "invite_to_survey": _("Ask a customer how it was"),
        "fulfil": _("Carry out what was given"),
        "play_what_if": _("Play past days again"),
        "replay_rules": _("Replay a rule book"),
        "agent_gone": _("Make an agent unavailable who has gone"),
        "approver_gone": _("Free a question whose approver has gone"),
        "offer_to_absent": _("Take offers back from an agent who has gone"),
        "quiet_call": _("Ask the carrier about a quiet call"),
        "outdated_rank": _("Put a waiting customer into the order of today's rules"),
        "waits_for_offer": _("Offer a waiting customer to an agent"),
        "waits_too_long": _("Overflow a customer who has waited too long"),
    }
