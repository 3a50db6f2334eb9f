"""Short phrases that the desk's view models compute."""

from flask_babel import gettext as _


def minutes(seconds: float) -> str:
    """E.g. "3 min", never below 1."""
    return _("%(n)s min", n=max(1, round(seconds / 60)))


def hours(seconds: float) -> str:
    """ "3 h 40", "38 min"."""
    whole = int(seconds // 60)
    return (
        _("%(hours)d h %(minutes)s", hours=whole // 60, minutes=f"{whole % 60:02d}")
        if whole >= 60
        else minutes(seconds)
    )


def nth_contact(count: int) -> str:
    return {
        1: _("First contact about this"),
        2: _("Second contact about this"),
        3: _("Third contact about this"),
        4: _("Fourth contact about this"),
    }.get(count, _("Contact number %(n)s about this", n=count))
