"""Labels of the queue form's fields in its list of problems."""

import re

from flask_babel import gettext as _

RING = re.compile(r"policy\.rings\.(\d+)\.")


def label_of(path: str) -> str:
    """E.g. "Ring 2", "Monday"; "" where the message suffices."""
    ring = RING.match(path)
    if ring:
        # Ring 1 is the queue's own settings; the form counts further rings from 0.
        return _("Ring %(num)d", num=int(ring[1]) + 2)
    day = path.removeprefix("hours.")
    return _days().get(day, "") if path.startswith("hours.") else _fields().get(path, "")


def _days() -> dict[str, str]:
    return {
        "mon": _("Monday"),
        "tue": _("Tuesday"),
        "wed": _("Wednesday"),
        "thu": _("Thursday"),
        "fri": _("Friday"),
        "sat": _("Saturday"),
        "sun": _("Sunday"),
    }


def _fields() -> dict[str, str]:
    return {
        "key": _("Key"),
        "names.en": _("Name in %(language)s", language="English"),
        "names.zh": _("Name in %(language)s", language="简体中文"),
        "greetings.en": _("Greeting in %(language)s", language="English"),
        "greetings.zh": _("Greeting in %(language)s", language="简体中文"),
        "zone": _("Time zone"),
        "hours": _("Opening hours"),
        "priority": _("Priority"),
        "target_percent": _("Service level"),
        "target_seconds": _("Service level"),
        "wrap_up_seconds": _("Wrap-up"),
        "wrap_up_limit_seconds": _("Wrap-up"),
        "policy.aging": _("Aging"),
        "policy.max_wait": _("Longest wait"),
        "policy.overflow": _("Longest wait"),
        "policy.overflow_queue": _("Which other queue"),
        "policy.channels": _("Channels"),
        "policy.hold.ticket": _("Owner of the open ticket"),
        "policy.hold.last": _("Last to speak with them"),
        "policy.hold.account": _("The account's own agent"),
        "policy.callbacks.offered_over": _("Offered at the start over"),
        "policy.callbacks.window_minutes": _("Promised within"),
        "policy.callbacks.attempts": _("Attempts"),
        "policy.callbacks.spacing_minutes": _("Between attempts"),
    }
