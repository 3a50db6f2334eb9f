"""The approvers' view: open approvals, today's answers, and the context of one decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from callcenter.domain.empowerment import Decision, Option, Remedy
from callcenter.domain.empowerment.approving import most_of
from callcenter.domain.empowerment.options import Bound, Room
from callcenter.domain.empowerment.rule_book import EscalationStep, Rule
from callcenter.domain.states import ApprovalState
from callcenter.reports.empowerment.budgets import OpenBudget, scope_names
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers
from callcenter.storage.customers.customers import Customer
from callcenter.storage.empowerment import approvals, budgets, facts, grants, rule_books
from callcenter.storage.empowerment.approvals import Approval, Word
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.empowerment.rule_books import InForce
from callcenter.storage.tickets import tickets
from callcenter.storage.tickets.tickets import Ticket

YEAR, MONTH, QUARTER = timedelta(days=365), timedelta(days=30), timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class ApprovalQuestion:
    """One approval with names. `may`: the reader may answer now, up to worth `most` (None: the rules decide)."""

    approval: Approval
    grant: Grant
    remedy: Remedy | None
    asker: str
    customer: Customer | None
    ticket: Ticket | None
    interaction: Interaction | None
    holder: str
    answered_by: str
    may: bool
    most: int | None

    @property
    def turn_began(self) -> datetime:
        ends = self.approval.step_ends_at
        if ends is None or self.grant.rest_of is not None:
            return self.approval.asked_at
        return ends - timedelta(seconds=self.approval.current_step.seconds)


def waiting(session: Session, reader: Agent) -> list[ApprovalQuestion]:
    rows = sorted(approvals.open_ones(session), key=lambda row: row[0].id)
    return questions(session, rows, reader)


def waiting_for(session: Session, reader: Agent) -> int:
    """Number of approvals this agent may answer, unclaimed or claimed by this agent."""
    rows = approvals.open_ones(session)
    return sum(1 for row, grant in rows if row.claimed_by in (None, reader.id) and may_answer(row, grant, reader)[0])


def ended(session: Session, reader: Agent, *, since: datetime) -> list[ApprovalQuestion]:
    """Answered or expired since then, newest first."""
    return questions(session, approvals.ended_since(session, since), reader)


def median_seconds(ended: Sequence[ApprovalQuestion]) -> float | None:
    """Median seconds from question to a person's answer."""
    took = [
        (one.approval.answered_at - one.approval.asked_at).total_seconds()
        for one in ended
        if one.approval.answered_at and one.approval.state == ApprovalState.ANSWERED
    ]
    return median(took) if took else None


def questions(session: Session, rows: Sequence[tuple[Approval, Grant]], reader: Agent) -> list[ApprovalQuestion]:
    names = agents.names(session)
    people = customers.by_ids(session, [grant.customer_id for _, grant in rows if grant.customer_id])
    tickets_by_id = tickets.some(session, [grant.ticket_id for _, grant in rows])
    contacts = _contacts(session, [grant.interaction_id for _, grant in rows if grant.interaction_id])
    books = rule_books.by_numbers(session, {grant.rule_book for _, grant in rows})
    found = []
    for row, grant in rows:
        book = books.get(grant.rule_book)
        may, most = may_answer(row, grant, reader)
        found.append(
            ApprovalQuestion(
                approval=row,
                grant=grant,
                remedy=book.book.remedy(grant.remedy) if book else None,
                asker=names.get(grant.agent_id, ""),
                customer=people.get(grant.customer_id or 0),
                ticket=tickets_by_id.get(grant.ticket_id),
                interaction=contacts.get(grant.interaction_id or 0),
                holder=names.get(row.claimed_by or 0, ""),
                answered_by=names.get(row.answered_by or 0, ""),
                may=may,
                most=most,
            )
        )
    return found


def _contacts(session: Session, ids: Sequence[int]) -> dict[int, Interaction]:
    rows = session.scalars(select(Interaction).where(Interaction.id.in_(ids))) if ids else ()
    return {row.id: row for row in rows}


def may_answer(row: Approval, grant: Grant, reader: Agent) -> tuple[bool, int | None]:
    """(may answer now, up to what worth). False for one's own questions and ended ones."""
    if not row.is_open or grant.agent_id == reader.id:
        return False, 0
    steps = [EscalationStep.model_validate(one) for one in row.steps]
    return most_of(steps, row.step, role=reader.role, level=reader.level)


@dataclass(frozen=True, slots=True)
class Answers:
    """Number of each answer, and the customers' mean score afterwards (`scores` of them)."""

    yes: int = 0
    less: int = 0
    no: int = 0
    nobody: int = 0
    score: float | None = None
    scores: int = 0
    median_units: int | None = None

    @property
    def granted(self) -> int:
        return self.yes + self.less

    @property
    def total(self) -> int:
        return self.granted + self.no + self.nobody


@dataclass(frozen=True, kw_only=True)
class ApprovalCase:
    """The context of one answer. `decision`: as of now, without this question. `granted`: to the customer in 12 months."""

    question: ApprovalQuestion
    rules: InForce | None
    rule: Rule | None
    decision: Decision | None
    words: Sequence[Word]
    asker: Answers
    alike: Answers
    balances: list[OpenBudget]
    contacts: Sequence[Interaction]
    granted: int
    ceiling: Room | None

    def option(self, key: str) -> Option | None:
        return self.decision.option(key) if self.decision else None

    def reach(self, key: str) -> int | None:
        """Units of a remedy the reader may approve; None: no limit; 0: none."""
        return reach(self.option(key), self.question.most)


def reach(option: Option | None, most: int | None) -> int | None:
    """What this approver may grant by rules, budgets and `most` (worth; for money, the units)."""
    if option is None:
        return 0
    by_rules = None if option.ask and option.ask_most is None else max(option.most, option.ask_most or 0)
    own = most if most is None or option.is_money else most // option.each if option.each else None
    known = [one for one in (by_rules, own) if one is not None]
    found = min(known) if known else None
    # A fixed amount is granted whole or not at all.
    return 0 if found is not None and option.fixed is not None and found < option.fixed else found


def of_approval(session: Session, approval_id: int, reader: Agent, now: datetime) -> ApprovalCase | None:
    row = approvals.get(session, approval_id)
    grant = grants.get(session, row.grant_id) if row else None
    if row is None or grant is None:
        return None
    [question] = questions(session, [(row, grant)], reader)
    known = _known(session, question, now)
    rules = known.rules if known else rule_books.in_force(session, now)
    decision = known.decide() if known else None
    rooms = [room for one in (decision.options if decision else ()) for room in one.rooms]
    return ApprovalCase(
        question=question,
        rules=rules,
        rule=_rule(session, row, grant, rules),
        decision=decision,
        words=approvals.words(session, approval_id),
        asker=_answers(session, ASKER, {"agent_id": grant.agent_id, "since": now - MONTH, "without": grant.id}),
        alike=_answers(session, ALIKE, _same(grant) | {"since": now - QUARTER, "without": grant.id}),
        balances=_balances(session, grant, known),
        contacts=interactions.of_ticket(session, grant.ticket_id),
        granted=_granted(session, grant, since=now - YEAR),
        ceiling=next((room for room in rooms if room.bound == Bound.SHARE_OF_VALUE), None),
    )


def _known(session: Session, question: ApprovalQuestion, now: datetime) -> facts.CaseContext | None:
    agent, grant = agents.get(session, question.grant.agent_id), question.grant
    if agent is None or question.ticket is None:
        return None
    about = question.interaction if question.interaction and question.interaction.ticket_id == grant.ticket_id else None
    customer = question.customer
    return facts.of_case(
        session, now, agent=agent, customer=customer, ticket=question.ticket, interaction=about, without=grant.id
    )


def _rule(session: Session, row: Approval, grant: Grant, rules: InForce | None) -> Rule | None:
    book = rule_books.get(session, grant.rule_book)
    found = book.book if book else rules.book if rules else None
    return found.rule(row.rule_id) if found and row.rule_id else None


COUNTED = """
    SELECT count(*) FILTER (WHERE a.answer = 'yes') AS yes, count(*) FILTER (WHERE a.answer IN ('less', 'instead')) AS less,
        count(*) FILTER (WHERE a.answer = 'no') AS no, count(*) FILTER (WHERE a.answer IN ('own_limit', 'nothing')) AS nobody,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY a.answer_units)
            FILTER (WHERE a.answer IN ('yes', 'less', 'instead')) AS middle
    FROM approvals a JOIN grants g ON g.id = a.grant_id
    WHERE a.answer IS NOT NULL AND a.asked_at > :since AND g.id <> :without AND {about}
"""
SCORED = """
    SELECT avg(s.score)::float AS mean, count(*) AS n FROM surveys s WHERE s.state = 'answered' AND EXISTS (
        SELECT 1 FROM approvals a JOIN grants g ON g.id = a.grant_id WHERE g.ticket_id = s.ticket_id
        AND a.answered_at < s.answered_at AND a.answer IS NOT NULL AND a.asked_at > :since AND g.id <> :without AND {about})
    AND s.answered_at > :since
"""
ASKER = "g.agent_id = :agent_id"
ALIKE = "g.remedy = :remedy AND g.currency = :currency AND g.facts -> 'case' ->> 'cause' = :cause"


def _same(grant: Grant) -> dict[str, object]:
    cause = (grant.facts.get("case") or {}).get("cause", "")
    return {"remedy": grant.remedy, "currency": grant.currency, "cause": cause}


def _answers(session: Session, about: str, values: dict[str, object]) -> Answers:
    counted = session.execute(text(COUNTED.format(about=about)), values).one()
    scored = session.execute(text(SCORED.format(about=about)), values).one()
    return Answers(
        yes=counted.yes,
        less=counted.less,
        no=counted.no,
        nobody=counted.nobody,
        score=scored.mean,
        scores=scored.n,
        median_units=counted.middle,
    )


def _balances(session: Session, grant: Grant, known: facts.CaseContext | None) -> list[OpenBudget]:
    held = budgets.holding(session, grant.id)
    names = scope_names(session)
    paying = [one for one in (known.paying if known else ()) if one.budget.currency == grant.currency]
    return [
        OpenBudget(
            one.budget, names.of(one.budget), held[one.budget.id].period if one.budget.id in held else one.period
        )
        for one in paying
    ]


GIVEN = text(
    "SELECT coalesce(sum(worth), 0)::bigint FROM grants WHERE currency = :currency AND created_at > :since"
    " AND state IN ('granted', 'fulfilled', 'failed')"
    " AND (customer_id = :customer_id OR (customer_id IS NULL AND ticket_id = :ticket_id))"
)


def _granted(session: Session, grant: Grant, *, since: datetime) -> int:
    values = {
        "currency": grant.currency,
        "since": since,
        "customer_id": grant.customer_id or 0,
        "ticket_id": grant.ticket_id,
    }
    return int(session.scalar(GIVEN, values) or 0)
