"""The rule table: one version compared with its predecessor, with problems and one rule open for editing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.actions.empowerment import rule_drafts
from callcenter.domain.empowerment import checking
from callcenter.domain.empowerment.checking import ProblemKind, RuleProblem
from callcenter.domain.empowerment.differing import Differences, RuleChange, differ
from callcenter.domain.empowerment.problem_words import sentence
from callcenter.domain.empowerment.rule_book import RuleBook
from callcenter.domain.states import BookState
from callcenter.storage.agents import agents
from callcenter.storage.empowerment import rule_books, rule_uses
from callcenter.storage.empowerment.rule_books import RuleBookRow
from callcenter.web import access
from callcenter.web.empowerment.rules import words
from callcenter.web.empowerment.rules.blueprint import pages, version
from callcenter.web.empowerment.rules.rows import Table
from callcenter.web.empowerment.rules.rule_forms import RuleForm, form_of
from callcenter.web.wording import language

DAYS = 90
MOST_VERSIONS = 30


@dataclass(frozen=True)
class ProblemView:
    """A fault in words. `rule_id`: the rule to open. `cause`: of a gap, presets a new rule."""

    kind: str
    text: str
    rule_id: int | None
    cause: str = ""


@pages.get("/")
@access.leaders
def index() -> Response | str:
    """The reader's own draft, else the version in force, else the newest; a start page without any."""
    with wiring.current().reading() as session:
        rows = rule_books.versions(session)
        now_in_force = rule_books.in_force(session, wiring.current().clock())
    mine = [row for row in rows if row.state == BookState.DRAFT and row.author_id == access.current_agent().id]
    if mine:
        return redirect(url_for("rules.page", number=mine[0].number))
    if now_in_force:
        return redirect(url_for("rules.page", number=now_in_force.number))
    alive = [row for row in rows if row.state != BookState.DROPPED]
    if alive:
        return redirect(url_for("rules.page", number=alive[0].number))
    return render_template("rules/none.html", here="rules.index")


@pages.get("/<int:number>")
@access.leaders
def page(number: int) -> str:
    open_id = request.args.get("open", type=int)
    return rendered(number, open_id=open_id)


def rendered(
    number: int, *, open_id: int | None = None, form: RuleForm | None = None, error: Exception | None = None
) -> str:
    """Page of one version. `open_id`: rule to edit; `form`: its content so far."""
    now = wiring.current().clock()
    with wiring.current().reading() as session:
        row = version(session, number)
        against = _against(session, row)
        known = words.known(session, language.chosen())
        used = rule_uses.used(session, since=now - timedelta(days=DAYS))
        problems = (
            # Old published versions are not checked.
            _problems(session, row.book, known) if row.state != BookState.PUBLISHED or _is_newest(session, row) else []
        )
        in_force = rule_books.in_force(session, now)
        people = agents.names(session)
        versions = [
            one for one in rule_books.versions(session) if one.state != BookState.DROPPED or one.number == number
        ]
        latest = rule_books.latest(session)
        to_come = rule_books.to_come(session, now)
    before = against.book if against else None
    differences = differ(before, row.book) if before else differ(row.book, row.book)
    table = Table(row.book, before, known, used)
    may_edit = row.state == BookState.DRAFT
    if may_edit and open_id and form is None and (rule := row.book.rule(open_id)):
        form = form_of(rule, row.book.currency, was=rule_drafts.mark(rule))
    only_changes = request.args.get("only") == "changes"
    return render_template(
        "rules/page.html",
        here="rules.index",
        row=row,
        book=row.book,
        against=against,
        rows=[one for one in table.rows(differences.rules, problems) if one.is_changed or not only_changes],
        differences=differences,
        counts=_counts(differences),
        only_changes=only_changes,
        problems=[_problem_view(problem, row.book, known) for problem in problems],
        known=known,
        may_edit=may_edit,
        form=form if may_edit else None,
        in_force=in_force,
        is_in_force=in_force is not None and in_force.number == number,
        latest=latest,
        to_come=to_come,
        people=people,
        versions=versions[:MOST_VERSIONS],
        wrote=access.current_agent().id in (row.author_id, *row.editor_ids),
        error=error,
        replay=_replay(number),
        now=now,
    )


def _against(session: Session, row: RuleBookRow) -> RuleBookRow | None:
    """For a draft the latest published version, for a published one the version it is based on."""
    if row.state != BookState.PUBLISHED:
        return rule_books.latest(session)
    return rule_books.get(session, row.based_on) if row.based_on else None


def _is_newest(session: Session, row: RuleBookRow) -> bool:
    latest = rule_books.latest(session)
    return latest is not None and latest.number == row.number


def _problems(session: Session, book: RuleBook, known: words.Vocabulary) -> list[RuleProblem]:
    since = wiring.current().clock() - timedelta(days=DAYS)
    unmet = rule_uses.unmet_requests(session, since=since)
    return checking.check(book, seen=unmet, causes=known.words["cause"], known=known.words)


def _problem_view(problem: RuleProblem, book: RuleBook, known: words.Vocabulary) -> ProblemView:
    text = sentence(known.language, problem, currency=book.currency, names=known.names)
    cause = problem.cause if problem.kind == ProblemKind.GAP else ""
    return ProblemView(problem.kind.value, text, problem.rules[0] if problem.rules else None, cause)


def _counts(differences: Differences) -> Sequence[tuple[str, int]]:
    kinds = (RuleChange.CHANGED, RuleChange.MOVED, RuleChange.NEW, RuleChange.REMOVED)
    return [(kind.value, count) for kind in kinds if (count := differences.count(kind))]


def _replay(number: int) -> str | None:
    # Empty where the replay blueprint is not registered.
    path = f"/rules/{number}/replay"
    return path if current_app.url_map.bind("").test(path, method="GET") else None
