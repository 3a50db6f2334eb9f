"""The words of codes where Python writes the sentence; templates have the same in macros/states.html."""

from collections.abc import Mapping

from flask_babel import gettext as _

from callcenter.domain.empowerment import money
from callcenter.web.wording import causes, language


def result(code: str) -> str:
    return {
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
    }.get(code, code)


def spoken(code: str) -> str:
    """A language as it is called in a sentence."""
    return {"en": _("English"), "zh": _("Chinese")}.get(code, code)


def declined(code: str) -> str:
    """Why an agent passed on an offer."""
    return {
        "busy": _("Busy just now"),
        "not_my_subject": _("Not my subject"),
        "other": _("Another reason"),
    }.get(code, code)


def outcome(code: str) -> str:
    return {
        "solved": _("Solved"),
        "promise_made": _("Promise made"),
        "waiting_for_department": _("Waiting for department"),
        "waiting_for_customer": _("Waiting for customer"),
        "passed_on": _("Passed on"),
        "no_matter": _("No matter"),
    }.get(code, code)


def message(code: str) -> str:
    """How far an SMS has come; "" for none."""
    return {
        "due": _("being sent"),
        "sending": _("being sent"),
        "queued": _("being sent"),
        "sent": _("sent"),
        "delivered": _("delivered"),
        "read": _("read"),
        "undelivered": _("not delivered"),
        "failed": _("not sent"),
        "canceled": _("not sent"),
    }.get(code, "")


def role(code: str, *, short: bool = False) -> str:
    """Somebody of a role, within a sentence; `short` where there is hardly room."""
    if short:
        return {"supervisor": _("supervisor"), "administrator": _("admin")}.get(code, code)
    return {"supervisor": _("a supervisor"), "administrator": _("an administrator")}.get(code, code)


def ticket_status(code: str) -> str:
    return {
        "open": _("Open"),
        "waiting_for_customer": _("Waits for customer"),
        "waiting_for_department": _("Waits for department"),
        "solved": _("Solved"),
        "closed": _("Closed"),
    }.get(code, code)


def priority(code: str) -> str:
    return {"low": _("Low"), "normal": _("Normal"), "high": _("High"), "urgent": _("Urgent")}.get(code, code)


def ticket_type(code: str) -> str:
    return {
        "question": _("Question"),
        "order": _("Order"),
        "complaint": _("Complaint"),
        "return": _("Return"),
        "repair": _("Repair"),
        "billing": _("Billing"),
    }.get(code, code)


def fault(code: str) -> str:
    return {
        "unknown": _("Not known"),
        "ours": _("Ours"),
        "carrier": _("Our carrier"),
        "supplier": _("Our supplier"),
        "customer": _("The customer's"),
        "nobody": _("Nobody's"),
    }.get(code, code)


def tier(code: str) -> str:
    return {"standard": _("Standard"), "silver": _("Silver"), "gold": _("Gold")}.get(code, code)


def ticket_field(name: str) -> str:
    return {
        "subject": _("Subject"),
        "status": _("Status"),
        "type": _("Type"),
        "cause": _("Cause"),
        "fault": _("Whose fault"),
        "product": _("Product"),
        "price": _("Price"),
        "priority": _("Priority"),
        "owner_id": _("Owner"),
    }.get(name, name)


def ticket_value(name: str, value: object, agents: Mapping[int, str]) -> str:
    """A ticket's field as it is read: the word of a code, an agent's name, or the text itself."""
    if value is None or value == "":
        return ""
    words = {"status": ticket_status, "type": ticket_type, "fault": fault, "priority": priority}
    if name in words:
        return words[name](str(value))
    if name == "owner_id":
        return agents.get(int(str(value)), "")
    if name == "cause":
        return causes.shown(str(value))
    if name == "price":
        return money.typed(int(str(value)), language.ours().currency)
    return str(value)


def customer_field(name: str) -> str:
    return {
        "name": _("Name"),
        "language": _("Language"),
        "zone": _("Time zone"),
        "tier": _("Tier"),
        "place": _("Place"),
        "email": _("E-mail"),
        "number": _("Number"),
    }.get(name, name)
