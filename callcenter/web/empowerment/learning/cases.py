"""Single grants behind a figure or a proposal; anomalies in grants."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter import wiring
from callcenter.reports.empowerment import anomalies
from callcenter.reports.empowerment.anomalies import Pattern
from callcenter.storage.customers import customers
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.tickets import tickets
from callcenter.web import access
from callcenter.web.empowerment.learning.blueprint import PERIODS, pages, period
from callcenter.web.empowerment.learning.names import LearningNames, names
from callcenter.web.wording import formats

MOST = 200


@dataclass(frozen=True)
class CaseRow:
    grant: Grant
    what: str
    agent: str
    customer: str
    ticket: str
    state: str


@dataclass(frozen=True)
class PatternView:
    kind: str
    head: str
    sentence: str
    cases: str


@pages.get("/cases")
@access.leaders
def cases() -> str:
    ids = [int(one) for one in request.args.get("ids", "").split(",") if one.isdecimal()][:MOST]
    with wiring.current().reading() as session:
        called = names(session)
        views = _cases(session, ids, called)
    return render_template("learning/cases.html", here="", cases=views, back=request.referrer)


def _cases(session: Session, ids: Sequence[int], called: LearningNames) -> list[CaseRow]:
    rows = session.scalars(select(Grant).where(Grant.id.in_(ids)).order_by(Grant.id.desc())).all()
    people = customers.by_ids(session, [row.customer_id for row in rows if row.customer_id])
    tickets_by_id = tickets.some(session, [row.ticket_id for row in rows])
    return [
        CaseRow(
            grant=row,
            what=f"{called.how_much(row.remedy, row.units, row.currency)} {called.remedy(row.remedy)}",
            agent=called.agents.get(row.agent_id, ""),
            customer=people[row.customer_id].name if row.customer_id in people else "",
            ticket=tickets_by_id[row.ticket_id].number if row.ticket_id in tickets_by_id else "",
            state=state_word(row.state),
        )
        for row in rows
    ]


def state_word(state: str) -> str:
    return {
        "awaiting": _("asked"),
        "approved": _("approved, not given yet"),
        "granted": _("given"),
        "fulfilled": _("given, carried out"),
        "failed": _("given, not carried out"),
        "reversed": _("taken back"),
        "refused": _("refused"),
        "withdrawn": _("withdrawn"),
        "expired": _("ended without an answer"),
        "not_asked": _("not asked"),
    }.get(state, state)


@pages.get("/worth-a-look")
@access.leaders
def worth_looking() -> str:
    when = period()
    with wiring.current().reading() as session:
        found = anomalies.patterns(session, since=when.since, until=when.until)
        called = names(session)
        people = customers.by_ids(session, [one.customer_id for one in found if one.customer_id])
    views = [_pattern(one, called, people[one.customer_id].name if one.customer_id in people else "") for one in found]
    return render_template(
        "learning/worth_a_look.html", here="learning.worth_looking", patterns=views, days=when.days, periods=PERIODS
    )


def _pattern(one: Pattern, called: LearningNames, customer: str) -> PatternView:
    agent = called.agents.get(one.agent_id or 0, "")
    cases = url_for("learning.cases", ids=",".join(map(str, one.cases[:MOST])))
    worth = called.amount(one.worth, one.currency) if one.worth else ""
    if one.kind == "same_customer":
        head = _("%(agent)s, again for %(customer)s", agent=agent, customer=customer or _("a customer without a name"))
        sentence = _(
            "%(n)s grants by one agent to one customer, %(worth)s in all.", n=one.n, worth=worth or _("nothing")
        )
    elif one.kind == "same_number":
        head = _("One number, %(people)s customers", people=one.people)
        sentence = _(
            "%(n)s grants to people who share %(number)s, %(worth)s in all.",
            n=one.n,
            number=formats.phone(one.number),
            worth=worth or _("nothing"),
        )
    elif one.kind == "months_end":
        head = _("%(agent)s, at the month’s end", agent=agent)
        sentence = _("%(part)s of %(n)s grants in the last three days of a month.", part=one.part, n=one.n)
    else:
        head = _("%(agent)s, just below the limit", agent=agent)
        sentence = _(
            "%(part)s of %(n)s grants within 7 %% of all that could be given without asking.", part=one.part, n=one.n
        )
    return PatternView(one.kind, head, sentence, cases)
