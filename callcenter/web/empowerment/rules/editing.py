"""A rule's form in the table: conditions and steps, save, remove, move, restore."""

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.actions.empowerment import rule_drafts as acts
from callcenter.domain.empowerment import RuleBook, files
from callcenter.domain.empowerment.rule_book import Rule, RuleOutcome
from callcenter.domain.errors import DomainError, NotFound, StaleSave
from callcenter.domain.states import BookState
from callcenter.web import access
from callcenter.web.empowerment.rules import words
from callcenter.web.empowerment.rules.blueprint import pages, version
from callcenter.web.empowerment.rules.rule_forms import RuleForm, act, form_of, read
from callcenter.web.empowerment.rules.table import rendered
from callcenter.web.plumbing.forms import Values, differences
from callcenter.web.wording import formats, language

WRONG = 422


@pages.get("/<int:number>/rules/new")
@access.leaders
def new_rule(number: int) -> str:
    """A form at the end of the table with the next free id; `?cause=` presets the cause."""
    book = _book(number)
    cause = request.args.get("cause", "")
    draft = Rule.model_validate(
        {
            "id": _free_id(book),
            "who": {"role": "agent"},
            "what": {"cause": cause} if cause else {},
            "outcome": RuleOutcome.ASK,
            "why": {"en": _new("en"), "zh": _new("zh")},
        }
    )
    form = form_of(draft, book.currency, is_new=True)
    # The model needs texts and an outcome; the form starts without them.
    form.values["why.en"] = form.values["why.zh"] = [""]
    form.values["outcome"] = [""]
    return rendered(number, form=form)


def _new(code: str) -> str:
    return {"en": "new", "zh": "新"}[code]


def _free_id(book: RuleBook) -> int:
    return max((rule.id for rule in book.rules), default=0) + 1


def _book(number: int) -> RuleBook:
    with wiring.current().reading() as session:
        return version(session, number).book


@pages.get("/<int:number>/rules/<int:rule_id>")
@access.leaders
def rule(number: int, rule_id: int) -> str:
    book = _book(number)
    found = book.rule(rule_id)
    if found is None:
        raise NotFound
    return _part(number, form_of(found, book.currency, was=acts.mark(found)))


@pages.post("/<int:number>/rules/new")
@access.leaders
def add_rule(number: int) -> Response | tuple[str, int] | str:
    return _sent(number, None)


@pages.post("/<int:number>/rules/<int:rule_id>")
@access.leaders
def save_rule(number: int, rule_id: int) -> Response | tuple[str, int] | str:
    return _sent(number, rule_id)


def _sent(number: int, rule_id: int | None) -> Response | tuple[str, int] | str:
    values, was = Values.of(request.form), request.form.get("was", "")
    book = _book(number)
    wanted = values.one("act") or _and(values) or "save"
    # Conditions and steps change the form only; nothing is saved.
    if wanted.partition(":")[0] not in ("save", "remove"):
        edited, opened = act(values, wanted)
        form = RuleForm(rule_id, edited, _currency(values, book), was, opened=opened, moved=True)
        return _part(number, form) if _is_part() else rendered(number, open_id=rule_id, form=form)
    if wanted == "remove" and rule_id is not None:
        with wiring.current().work() as work:
            acts.remove_rule(work, number, id_=rule_id, was=was, actor=access.current_actor())
        return _back(number, rule_id)
    read_rule, faults = read(values, book.currency, rule_id if rule_id is not None else values.one("id"))
    form = RuleForm(rule_id, values, _currency(values, book), was, faults=faults)
    if read_rule is None:
        return rendered(number, open_id=rule_id, form=form), WRONG
    return _saved(number, read_rule, form)


def _and(values: Values) -> str:
    """The condition picked from a group's menu, as an act."""
    chosen = next((name for group in ("who", "whom", "what") if (name := values.one(f"and.{group}"))), "")
    return f"and:{chosen}" if chosen else ""


def _is_part() -> bool:
    return request.headers.get("HX-Request") == "true"


def _currency(values: Values, book: RuleBook) -> str:
    code = values.one("currency").upper()
    return code if len(code) == 3 and code.isalpha() else book.currency


def _saved(number: int, rule: Rule, form: RuleForm) -> Response | tuple[str, int]:
    was = form.was if form.id is not None else None
    try:
        with wiring.current().work() as work:
            acts.set_rule(work, number, rule=rule, was=was, actor=access.current_actor())
    except StaleSave as error:
        return rendered(number, open_id=rule.id, form=_stale(number, rule.id, form, error)), error.status
    except files.InvalidFile as error:
        wrong = RuleForm(form.id, form.values, form.currency, form.was, faults={"": formats.sentence(error)})
        return rendered(number, open_id=form.id, form=wrong), error.status
    return _back(number, rule.id)


def _stale(number: int, rule_id: int, mine: RuleForm, error: DomainError) -> RuleForm:
    """Keeps what was typed, adds what was saved; the next save is against the saved version."""
    book = _book(number)
    there = book.rule(rule_id)
    name = str(error.values.get("name") or _("Somebody"))
    # A new rule whose id was taken meanwhile.
    if mine.id is None:
        taken = {"id": _("There is already a rule of this number.")}
        return RuleForm(None, mine.values, mine.currency, mine.was, faults=taken)
    # The rule was removed meanwhile: saving adds it again.
    if there is None:
        gone = Values({**mine.values, "id": [str(rule_id)]})
        return RuleForm(None, gone, mine.currency, stale=name)
    theirs = form_of(there, book.currency).values
    paths = [path for path in dict.fromkeys((*theirs, *mine.values)) if path not in ("act", "was", "csrf_token", "has")]
    their_values = differences(mine.values, theirs, (path for path in paths if not path.startswith("and.")))
    return RuleForm(rule_id, mine.values, mine.currency, acts.mark(there), theirs=their_values, stale=name)


def _part(number: int, form: RuleForm) -> str:
    with wiring.current().reading() as session:
        row = version(session, number)
        known = words.known(session, language.chosen())
    return render_template(
        "rules/rule_form.html", row=row, book=row.book, form=form, known=known, may_edit=row.state == BookState.DRAFT
    )


@pages.post("/<int:number>/rules/<int:rule_id>/place")
@access.leaders
def move_rule(number: int, rule_id: int) -> Response:
    """`act`: restore, earlier, later."""
    wanted = request.form.get("act", "")
    with wiring.current().work() as work:
        if wanted == "restore":
            acts.restore_rule(work, number, id_=rule_id, actor=access.current_actor())
        else:
            ids = [one.id for one in version(work.session, number).book.rules]
            before = _place(ids, rule_id, wanted)
            acts.move_rule(work, number, id_=rule_id, before=before, actor=access.current_actor())
    return _back(number, rule_id)


def _place(ids: list[int], rule_id: int, wanted: str) -> int | None:
    """The rule to insert before; None for the end."""
    if rule_id not in ids:
        raise NotFound
    others = [one for one in ids if one != rule_id]
    place = ids.index(rule_id) + (-1 if wanted == "earlier" else 1)
    place = max(0, place)
    return others[place] if place < len(others) else None


def _back(number: int, rule_id: int) -> Response:
    url = url_for("rules.page", number=number, only=request.args.get("only"), _anchor=f"rule-{rule_id}")
    if _is_part():
        return make_response("", 204, {"HX-Redirect": url})
    return redirect(url)
