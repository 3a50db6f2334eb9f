"""Words within a sentence, and labels of fields and their values. A code alone: `labels`."""

from collections.abc import Mapping

from flask_babel import gettext as _

from callcenter.domain.empowerment import money
from callcenter.web.wording import causes, labels, language

CODED = {
    "status": "ticket_status",
    "type": "type",
    "responsible": "responsible",
    "priority": "priority",
}  # fields that hold a code


def spoken(code: str) -> str:
    """A language's name within a sentence."""
    return {"en": _("English"), "zh": _("Chinese")}.get(code, code)


def declined(code: str) -> str:
    """Label of an agent's reason to decline an offer."""
    return {
        "busy": _("Busy just now"),
        "not_my_subject": _("Not my subject"),
        "other": _("Another reason"),
    }.get(code, code)


def role(code: str, *, short: bool = False) -> str:
    """E.g. "a supervisor"; `short`: "supervisor"."""
    if short:
        return {"supervisor": _("supervisor"), "administrator": _("admin")}.get(code, code)
    return {"supervisor": _("a supervisor"), "administrator": _("an administrator")}.get(code, code)


def tier(code: str) -> str:
    return {"standard": _("Standard"), "silver": _("Silver"), "gold": _("Gold")}.get(code, code)


def ticket_field(name: str) -> str:
    """`claims.price`: the price was confirmed."""
    if name.startswith("claims."):
        return _("%(fact)s confirmed", fact=ticket_field(name.removeprefix("claims.")))
    return {
        "subject": _("Subject"),
        "status": _("Status"),
        "type": _("Type"),
        "cause": _("Cause"),
        "responsible": _("Whose fault"),
        "product": _("Product"),
        "price": _("Price"),
        "priority": _("Priority"),
        "owner_id": _("Owner"),
    }.get(name, name)


def ticket_value(name: str, value: object, agents: Mapping[int, str], *, currency: str = "") -> str:
    """Label of a code, name of an agent, or the text itself. `currency`: of a price; default: the company's."""
    if value is None or value == "":
        return ""
    if name in CODED:
        return labels.of(CODED[name], str(value))
    if name == "owner_id" or name.startswith("claims."):
        return agents.get(int(str(value)), "")
    if name == "cause":
        return causes.display_name(str(value))
    if name == "price":
        return money.typed(int(str(value)), currency or language.ours().currency)
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
        "value_minor": _("12 months’ value"),
    }.get(name, name)
