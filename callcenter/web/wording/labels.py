"""The only register of labels: code of a closed set → label. A sentence's words are in `terms`."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from jinja2 import pass_context
from jinja2.runtime import Context

from callcenter.domain.channels import AddressKind, Channel

Words = Mapping[str, LazyString | str]

LABELS: dict[str, Words] = {
    "status": {
        "available": _("Available"),
        "break": _("Break"),
        "unavailable": _("Unavailable"),
        "not_answering": _("Not answering"),
        "signed_out": _("Signed out"),
    },
    "state": {
        "free": _("free"),
        "offered": _("offered"),
        "on_call": _("on a call"),
        "conversations": _("in conversations"),
        "hold": _("on hold"),
        "wrap_up": _("wrap-up"),
        "break": _("break"),
        "unavailable": _("away"),
        "not_answering": _("not answering"),
        "signed_out": _("signed out"),
    },
    "role": {
        "agent": _("Agent"),
        "supervisor": _("Supervisor"),
        "administrator": _("Administrator"),
    },
    "channel": {channel: _(channel.traits.label) for channel in Channel},
    "address": {kind: _(kind.label) for kind in AddressKind},
    "language": {
        "en": "English",
        "zh": "简体中文",
    },
    "ticket_status": {
        "open": _("Open"),
        "waiting_for_customer": _("Waits for customer"),
        "waiting_for_department": _("Waits for department"),
        "solved": _("Solved"),
        "closed": _("Closed"),
    },
    "priority": {
        "low": _("Low"),
        "normal": _("Normal"),
        "high": _("High"),
        "urgent": _("Urgent"),
    },
    "type": {
        "question": _("Question"),
        "order": _("Order"),
        "complaint": _("Complaint"),
        "return": _("Return"),
        "repair": _("Repair"),
        "billing": _("Billing"),
    },
    "responsible": {
        "unknown": _("Not known"),
        "ours": _("Ours"),
        "carrier": _("Our carrier"),
        "supplier": _("Our supplier"),
        "customer": _("The customer's"),
        "nobody": _("Nobody's"),
    },
    "outcome": {
        "solved": _("Solved"),
        "promise_made": _("Promise made"),
        "waiting_for_department": _("Waiting for department"),
        "waiting_for_customer": _("Waiting for customer"),
        "transferred": _("Transferred"),
        "no_action_needed": _("No action needed"),
    },
    "outcome_hint": {
        "solved": _("The customer confirmed it"),
        "promise_made": _("We owe them something, with a time"),
        "waiting_for_department": _("A department has its turn"),
        "waiting_for_customer": _("They owe us something"),
        "transferred": _("To another agent or queue"),
        "no_action_needed": _("Wrong number, silent, spam"),
    },
    "result": {
        "served": _("served"),
        "abandoned": _("left while waiting"),
        "left_in_menu": _("left in the menu"),
        "closed": _("outside opening hours"),
        "failed": _("line failed"),
        "callback": _("callback in place of waiting"),
        "voicemail": _("left a message"),
        "not_reached": _("not reached"),
        "replaced": _("they called us"),
        "cancelled": _("cancelled"),
    },
    "message": {
        "due": _("being sent"),
        "sending": _("being sent"),
        "queued": _("being sent"),
        "sent": _("sent"),
        "delivered": _("delivered"),
        "read": _("read"),
        "undelivered": _("not delivered"),
        "failed": _("not sent"),
        "canceled": _("not sent"),
    },
}
SILENT = frozenset({"message", "outcome_hint"})  # an unknown code is left out here, shown as it is elsewhere


def of(kind: str, code: str | None) -> str:
    """Label in the reader's language; an unknown code itself, or "" for SILENT kinds."""
    if not code:
        return ""
    return str(LABELS[kind].get(code, "" if kind in SILENT else code))


@pass_context  # else Jinja folds the filter of a constant, in the first reader's language
def in_template(_context: Context, code: str | None, kind: str) -> str:
    """Filter: `{{ ticket.status | label("ticket_status") }}`."""
    return of(kind, code)
