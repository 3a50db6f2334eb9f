"""Single words and short sentences that the desk's views need before a template is reached."""

from flask_babel import gettext as _


def outcome(code: str | None) -> str:
    return {
        "solved": _("Solved"),
        "promise_made": _("Promise made"),
        "waiting_for_department": _("Waiting for department"),
        "waiting_for_customer": _("Waiting for customer"),
        "passed_on": _("Passed on"),
        "no_matter": _("No matter"),
    }.get(code or "", "")


def result(code: str | None) -> str:
    return {
        "served": _("served"),
        "abandoned": _("left while waiting"),
        "left_in_menu": _("left in the menu"),
        "closed": _("outside opening hours"),
        "failed": _("line failed"),
    }.get(code or "", "")


def minutes(seconds: float) -> str:
    """Rounded for people who wait: "3 min", never less than one."""
    return _("%(n)s min", n=max(1, round(seconds / 60)))


def hours(seconds: float) -> str:
    """3 h 40, or 38 min."""
    whole = int(seconds // 60)
    return (
        _("%(hours)d h %(minutes)s", hours=whole // 60, minutes=f"{whole % 60:02d}")
        if whole >= 60
        else minutes(seconds)
    )


def nth_contact(count: int) -> str:
    """How often they had to come to us about this."""
    return {
        1: _("First contact about this"),
        2: _("Second contact about this"),
        3: _("Third contact about this"),
        4: _("Fourth contact about this"),
    }.get(count, _("Contact number %(n)s about this", n=count))


def field(name: str, value: str) -> str:
    """A ticket field's value as it is read."""
    known = {
        "open": _("Open"),
        "waiting_for_customer": _("Waits for customer"),
        "waiting_for_department": _("Waits for department"),
        "solved": _("Solved"),
        "closed": _("Closed"),
        "low": _("Low"),
        "normal": _("Normal"),
        "high": _("High"),
        "urgent": _("Urgent"),
        "question": _("Question"),
        "order": _("Order"),
        "complaint": _("Complaint"),
        "return": _("Return"),
        "repair": _("Repair"),
        "billing": _("Billing"),
    }
    return value if name == "cause" else known.get(value, value)
