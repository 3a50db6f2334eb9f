"""The company's routing settings, and the kinds of break."""

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask_babel import LazyString, lazy_gettext
from pydantic import ValidationError
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.actions.administration import company as acts
from callcenter.actions.administration import queues
from callcenter.domain import languages
from callcenter.domain.errors import DomainError, StaleSave
from callcenter.domain.routing import CompanyPolicy
from callcenter.storage.administration import company
from callcenter.web import access
from callcenter.web.admin.blueprint import pages
from callcenter.web.plumbing.forms import Problems, Values, differences, flat, problems_of

WRONG = 422
_ = lazy_gettext
POINTS, SECONDS, FACTOR = _("points"), _("seconds"), _("times")


@dataclass(frozen=True)
class PolicyField:
    """One field: path in CompanyPolicy, label, help, unit; without a unit a check box."""

    path: str
    label: LazyString
    help: LazyString
    unit: LazyString | None = None


GROUPS: tuple[tuple[LazyString, tuple[PolicyField, ...]], ...] = (
    (
        _("Score: who comes first"),
        (
            PolicyField(
                "tiers.gold",
                _("Gold customer"),
                _("A gold customer is as far ahead as if they had waited so many seconds longer."),
                POINTS,
            ),
            PolicyField("tiers.silver", _("Silver customer"), _("The same for a silver customer."), POINTS),
            PolicyField(
                "broken_promise", _("Broken promise"), _("Added when we promised to call and did not."), POINTS
            ),
            PolicyField(
                "repeated_contact",
                _("Each repeated contact"),
                _("Added for every contact in the last 7 days, at most five."),
                POINTS,
            ),
            PolicyField(
                "most",
                _("At most in all"),
                _(
                    "All of the above with the queue's priority never add more than this. So every customer who waits long enough comes first."
                ),
                POINTS,
            ),
            PolicyField(
                "head_start.voice",
                _("Head start of a call"),
                _("A caller begins as if they had waited so many seconds, as nobody leaves them for a text message."),
                POINTS,
            ),
            PolicyField(
                "aging.voice", _("Aging of a call"), _("Points that a waiting call gains each second."), POINTS
            ),
            PolicyField(
                "aging.sms",
                _("Aging of a conversation"),
                _("The same for messages; below the aging of a call, calls come first at equal waits."),
                POINTS,
            ),
        ),
    ),
    (
        _("Offers"),
        (
            PolicyField(
                "ring_seconds.voice",
                _("A call rings"),
                _("An agent has so long to accept; then the call goes on to the next."),
                SECONDS,
            ),
            PolicyField("ring_seconds.text", _("A conversation rings"), _("The same for conversations."), SECONDS),
            PolicyField(
                "pauses.declined",
                _("Pause after a decline"),
                _(
                    "For this long the same agent is not offered the same contact again, unless there is no other agent."
                ),
                SECONDS,
            ),
            PolicyField(
                "pauses.busy", _("Pause after busy"), _("The same after the agent's telephone was busy."), SECONDS
            ),
            PolicyField("pauses.no_answer", _("Pause after no answer"), _("The same after an offer ran out."), SECONDS),
            PolicyField(
                "misses_allowed",
                _("Misses in a row"),
                _("After so many the agent is shown as not answering and gets no more offers until they return."),
                _("offers"),
            ),
            PolicyField(
                "redial_seconds",
                _("Redial"),
                _("A caller who hangs up while waiting and calls again within this time keeps the place."),
                SECONDS,
            ),
        ),
    ),
    (
        _("Blend of calls and conversations"),
        (
            PolicyField(
                "calls_over",
                _("Calls with conversations"),
                _("A call may still come to an agent who has at most so many conversations."),
                _("conversations"),
            ),
            PolicyField(
                "conversations_on_calls",
                _("Conversations during a call"),
                _("Conversations may come to an agent who is on a call."),
            ),
            PolicyField(
                "spread_conversations",
                _("Spread conversations"),
                _(
                    "Conversations go to idle agents first. Otherwise they join agents who converse already, so that idle agents stay free for calls."
                ),
            ),
        ),
    ),
    (
        _("Expected wait"),
        (
            PolicyField(
                "told_within",
                _("Announced while the error is below"),
                _(
                    "Callers hear the expected wait only while it was off, of late, by at most this share of the mean wait."
                ),
                FACTOR,
            ),
        ),
    ),
)
TICKED = ("conversations_on_calls", "spread_conversations")
PATHS = [number.path for _group, numbers in GROUPS for number in numbers]


@dataclass(frozen=True)
class PolicyForm:
    values: Values
    version: str
    problems: Problems
    theirs: dict[str, str]
    error: DomainError | None = None


@pages.get("/numbers")
@access.leaders
def numbers() -> str:
    policy = _policy()
    return _page(PolicyForm(flat(policy.model_dump(mode="json")), acts.version_of(policy), {}, {}))


def _policy() -> CompanyPolicy:
    with wiring.current().reading() as session:
        ours = company.get(session)
    return ours.routing_policy if ours else CompanyPolicy()


def _page(form: PolicyForm) -> str:
    with wiring.current().reading() as session:
        reasons = company.every_break_reason(session)
    return render_template(
        "admin/numbers.html",
        groups=GROUPS,
        values=form.values,
        version=form.version,
        problems=form.problems,
        theirs=form.theirs,
        error=form.error,
        reasons=reasons,
        languages=languages.SERVED,
        sent=request.form if form.error else {},
        saved=request.args.get("saved") == "yes" and request.method == "GET",
    )


@pages.post("/numbers")
@access.allow("administrator")
def save_numbers() -> Response | tuple[str, int]:
    values, version = Values.of(request.form), request.form.get("version", "")
    try:
        policy = _read(values)
        with wiring.current().work() as work:
            acts.set_routing(work, policy=policy, version=version, actor=access.current_actor())
    except ValidationError as error:
        return _page(PolicyForm(values, version, problems_of(error), {})), WRONG
    except StaleSave as error:
        now = _policy()
        # The next save is against the saved version.
        theirs = differences(values, flat(now.model_dump(mode="json")), PATHS)
        return _page(PolicyForm(values, acts.version_of(now), {}, theirs)), error.status
    with wiring.current().work() as work:
        # In a transaction of its own: waiting contacts are routed by the new settings.
        queues.ask_again(work)
    return redirect(url_for("admin.numbers", saved="yes"))


def _read(values: Values) -> CompanyPolicy:
    """The form on top of the stored settings. Raises ValidationError."""
    # Settings without a field on the page stay as they are.
    data = _policy().model_dump(mode="json")
    for path in PATHS:
        head, _dot, tail = path.partition(".")
        given = bool(values.one(path)) if path in TICKED else values.one(path)
        if tail:
            data[head][tail] = given
        else:
            data[head] = given
    return CompanyPolicy.model_validate(data)


@pages.post("/breaks")
@access.allow("administrator")
def add_break() -> Response | tuple[str, int]:
    return _breaks(None)


@pages.post("/breaks/<int:reason_id>")
@access.allow("administrator")
def change_break(reason_id: int) -> Response | tuple[str, int]:
    return _breaks(reason_id)


def _breaks(reason_id: int | None) -> Response | tuple[str, int]:
    form, actor = request.form, access.current_actor()
    names = {code: form.get(f"names.{code}", "") for code in languages.SERVED}
    try:
        with wiring.current().work() as work:
            if reason_id is None:
                acts.add_break_reason(work, key=form.get("key", "").strip(), names=names, actor=actor)
            else:
                is_active = form.get("is_active") == "yes"
                acts.change_break_reason(work, reason_id, names=names, is_active=is_active, actor=actor)
    except DomainError as error:
        policy = _policy()
        values = flat(policy.model_dump(mode="json"))
        return _page(PolicyForm(values, acts.version_of(policy), {}, {}, error=error)), error.status
    return redirect(url_for("admin.numbers") + "#breaks")
