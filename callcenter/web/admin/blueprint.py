"""Blueprint of the administration pages and their shared template context."""

from flask import Blueprint, redirect, url_for
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from callcenter.domain.agents import Role
from callcenter.web import access

SUBPAGES = (
    ("admin.queues", lazy_gettext("Queues")),
    ("admin.skills", lazy_gettext("Skills")),
    ("admin.numbers", lazy_gettext("Numbers and breaks")),
    ("admin.try_out", lazy_gettext("Dry run")),
    ("admin.what_ifs", lazy_gettext("What if")),
    ("admin.stuck", lazy_gettext("Stuck work")),
)

pages = Blueprint("admin", __name__, url_prefix="/admin")


@pages.get("/")
@access.leaders
def index() -> Response:
    return redirect(url_for("admin.queues"))


@pages.context_processor
def around() -> dict[str, object]:
    """`may_edit`: the reader is an administrator; supervisors see disabled fields."""
    may_edit = access.is_signed_in() and access.current_agent().role == Role.ADMINISTRATOR
    return {"subpages": SUBPAGES, "may_edit": may_edit}
