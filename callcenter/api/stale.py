"""The problem document of a concurrent save, with both versions, so that no input is lost."""

from flask_babel import gettext

from callcenter.api.problems import Refused
from callcenter.api.shapes import Sent, Shown
from callcenter.domain.errors import StaleSave


def stale(error: StaleSave, *, theirs: Shown, yours: Sent) -> Refused:
    name = error.values.get("name") or gettext("Somebody")
    detail = gettext(error.text, name=name)
    both = {
        "theirs": theirs.model_dump(mode="json"),
        "yours": yours.model_dump(mode="json", exclude_unset=True),
    }
    return Refused(error.status, error.code, detail, **both)
