"""Blueprint of the rule pages, their shared template context, and the look-up of a version."""

from flask import Blueprint, abort
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from callcenter.domain.agents import Role
from callcenter.domain.empowerment import wording
from callcenter.domain.empowerment.conditions import CONDITIONS
from callcenter.storage.empowerment import rule_books
from callcenter.storage.empowerment.rule_books import RuleBookRow
from callcenter.web import access
from callcenter.web.empowerment.rules.rule_forms import chip_text
from callcenter.web.wording import language

SUBPAGES = (
    ("rules.index", lazy_gettext("Rules")),
    ("learning.page", lazy_gettext("Cost and effect")),
    ("learning.proposed", lazy_gettext("Trust and teach")),
    ("learning.worth_looking", lazy_gettext("Worth a look")),
    ("rules.company", lazy_gettext("What rules refer to")),
)
pages = Blueprint("rules", __name__, url_prefix="/rules")


@pages.context_processor
def shown_everywhere() -> dict[str, object]:
    return {
        "subpages": SUBPAGES,
        "administers": access.is_signed_in() and access.current_agent().role == Role.ADMINISTRATOR,
        "conditions": CONDITIONS,
        "condition_label": lambda name: wording.label(language.chosen(), name),
        "chip_text": chip_text,
    }


def version(session: Session, number: int) -> RuleBookRow:
    row = rule_books.get(session, number)
    if row is None:
        abort(404)
    return row
