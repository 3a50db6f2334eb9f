"""A ticket's grants with their actions, and the agent's own limits and use. Never a colleague's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from callcenter import wiring
from callcenter.actions.empowerment import asking, fulfilment
from callcenter.domain import languages
from callcenter.domain.empowerment import Rule, money, sentences
from callcenter.domain.empowerment.matching import by_who
from callcenter.domain.empowerment.reversing import may_reverse
from callcenter.domain.empowerment.rule_book import RuleOutcome
from callcenter.domain.errors import NotFound
from callcenter.domain.interactions import State
from callcenter.domain.states import GrantState
from callcenter.reports.empowerment import allowances
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent
from callcenter.storage.calls import interactions
from callcenter.storage.empowerment import facts, grants
from callcenter.storage.empowerment.facts import CaseContext
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.tickets import tickets
from callcenter.web import access
from callcenter.web.wording import formats, granted, language
from callcenter.web.wording.granted import Around, Ended

SHOWN = 50
HIDDEN = ("withdrawn", "not_asked")

pages = Blueprint("grants", __name__, url_prefix="/giving")


@dataclass(frozen=True, kw_only=True)
class GrantLine:
    """One grant with the actions open to the reader."""

    grant: Grant
    words: str
    state: str
    kind: str
    by: str
    ended: Ended | None
    may_grant: bool
    may_try: bool
    may_reverse: bool


@pages.get("/tickets/<int:ticket_id>")
@access.everyone
def of_ticket(ticket_id: int) -> str:
    return _at_ticket(ticket_id)


@pages.post("/<int:grant_id>/give")
@access.everyone
def grant_approved(grant_id: int) -> str:
    with wiring.current().work() as work:
        grant = asking.grant_approved(work, grant_id, actor=access.current_actor())
    return _at_ticket(grant.ticket_id)


@pages.post("/<int:grant_id>/again")
@access.everyone
def try_again(grant_id: int) -> str:
    with wiring.current().work() as work:
        fulfilment.try_again(work, grant_id, actor=access.current_actor())
    return _at_ticket(_ticket_of(grant_id))


@pages.post("/<int:grant_id>/reverse")
@access.everyone
def reverse(grant_id: int) -> str:
    with wiring.current().work() as work:
        fulfilment.reverse(work, grant_id, actor=access.current_actor(), reason=request.form.get("reason", ""))
    return _at_ticket(_ticket_of(grant_id))


def _ticket_of(grant_id: int) -> int:
    with wiring.current().reading() as session:
        grant = grants.get(session, grant_id)
    if grant is None:
        raise NotFound
    return grant.ticket_id


def _at_ticket(ticket_id: int) -> str:
    with wiring.current().reading() as session:
        if tickets.get(session, ticket_id) is None:
            raise NotFound
        return render_template("grants/ticket.html", ticket_id=ticket_id, grant_lines=lines(session, ticket_id))


def lines(session: Session, ticket_id: int) -> list[GrantLine]:
    """Newest first, at most SHOWN, without HIDDEN states."""
    rows = [row for row in grants.of_ticket(session, ticket_id, limit=SHOWN) if row.state not in HIDDEN]
    known = granted.around(session, rows) if rows else None
    return [_line(session, row, known) for row in rows] if known else []


def _line(session: Session, grant: Grant, known: Around) -> GrantLine:
    actor, end = access.current_actor(), granted.ended(grant, known)
    is_mine = grant.agent_id == actor.agent_id
    # An agent may reverse their own grant while they still serve the customer.
    served = bool(is_mine and grant.is_granted and _is_served(session, grant))
    return GrantLine(
        grant=grant,
        words=granted.of(grant, known),
        state=state(grant),
        kind={"fulfilled": "ok", "failed": "bad", "refused": "bad", "reversed": "warn"}.get(grant.state, "give"),
        by=known.names.get(grant.agent_id, ""),
        ended=end,
        may_grant=is_mine and grant.state == GrantState.APPROVED,
        may_try=grant.state == GrantState.FAILED and (actor.leads or is_mine),
        may_reverse=grant.is_granted and may_reverse(actor, agent_id=grant.agent_id, is_still_served=served),
    )


def _is_served(session: Session, grant: Grant) -> bool:
    row = interactions.get(session, grant.interaction_id) if grant.interaction_id else None
    return row is not None and row.agent_id == grant.agent_id and row.state in (State.ACTIVE, State.WRAP_UP)


def state(grant: Grant) -> str:
    return {
        "awaiting": _("being decided"),
        "approved": _("approved, not given yet"),
        "granted": _("being carried out"),
        "fulfilled": _("carried out"),
        "failed": _("not carried out"),
        "reversed": _("taken back"),
        "refused": _("refused"),
        "withdrawn": _("withdrawn"),
        "expired": _("no approver could answer"),
        "not_asked": _("not asked for"),
    }.get(grant.state, grant.state)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One rule that lets this agent grant, in words."""

    id: int
    remedies: str
    why: str
    amounts: list[tuple[str, str]]
    with_reason: bool


@dataclass(frozen=True, kw_only=True)
class Bag:
    left: str
    limit: str
    parts: list[tuple[str, float]]


@dataclass(frozen=True, kw_only=True)
class Use:
    """The current month: `sums` by currency, `counts` by outcome."""

    month: str
    sums: str
    counts: list[tuple[str, int]]
    rows: list[tuple[Grant, str, str, str]]


@pages.get("/mine")
@access.everyone
def mine() -> str:
    """The agent's limits, budgets and grants of this month."""
    now = wiring.current().clock()
    with wiring.current().reading() as session:
        agent = agents.get(session, access.current_agent().id)
        if agent is None:
            raise NotFound
        known = facts.of_case(session, now, agent=agent, customer=None, ticket=None)
        return render_template(
            "grants/mine.html",
            limits=_limits(known) if known else None,
            bags=_bags(known) if known else [],
            use=_use(session, agent, known, now),
        )


def _limits(known: CaseContext) -> list[Limit]:
    """Rules that allow a grant to some customer, filtered by their conditions on the agent."""
    rules = by_who(known.rules.book, known.facts)
    return [_limit(rule, known) for rule in rules if rule.outcome in (RuleOutcome.MAY, RuleOutcome.MAY_WITH_REASON)]


def _limit(rule: Rule, known: CaseContext) -> Limit:
    book, reader = known.rules.book, language.chosen()
    currency = rule.currency or book.currency
    of = [one for one in book.remedies if one.is_active and (not rule.remedies or one.key in rule.remedies)]
    limits = rule.limits
    sums: Sequence[tuple[str, int | None]] = (
        (_("each time"), limits.grant),
        (_("a ticket"), limits.ticket),
        (_("a customer"), limits.customer),
        (_("a day"), limits.agent_day),
        (_("a month"), limits.agent_month),
    )
    times: Sequence[tuple[str, int | None]] = (
        (_("a ticket"), limits.times_ticket),
        (_("a customer"), limits.times_customer),
    )
    return Limit(
        id=rule.id,
        remedies=_list([languages.of(one.names, reader) for one in of]),
        why=sentences.why(rule, reader, currency=currency),
        amounts=[
            *((money.formatted(value, currency, reader), name) for name, value in sums if value is not None),
            *((f"{value} ×", name) for name, value in times if value is not None),
        ],
        with_reason=rule.outcome == RuleOutcome.MAY_WITH_REASON,
    )


def _list(names: Sequence[str]) -> str:
    return _(", ").join(names)


def _bags(known: CaseContext) -> list[Bag]:
    reader, found = language.chosen(), []
    for one in known.paying:
        # Team budgets are shown to their leads only.
        if one.budget.scope != "agent":
            continue
        currency, limit = one.budget.currency, max(1, one.limit)
        committed = one.period.committed if one.period else 0
        reserved = one.period.reserved if one.period else 0
        found.append(
            Bag(
                left=money.formatted(one.left, currency, reader),
                limit=money.formatted(one.limit, currency, reader),
                parts=[("budget-this", 100 * committed / limit), ("budget-spent", 100 * reserved / limit)],
            )
        )
    return found


def _use(session: Session, agent: Agent, known: CaseContext | None, now: datetime) -> Use:
    # The month in the rule book's zone, as limits count it.
    zone = ZoneInfo(known.rules.book.zone if known else agent.zone)
    month = now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    rows = grants.of_agent(session, agent.id, since=month)
    sums: dict[str, int] = {}
    for row in rows:
        if row.is_granted:
            sums[row.currency] = sums.get(row.currency, 0) + row.worth
    outcomes = [(_("given"), ("granted", "fulfilled", "failed")), (_("refused"), ("refused",)), (_("taken back"), ("reversed",)), (_("no approver could answer"), ("expired",))]  # fmt: skip
    remedies = allowances.remedies_of(session, rows)
    return Use(
        month=formats.month_of(month),
        sums=_list([money.formatted(total, currency, language.chosen()) for currency, total in sorted(sums.items())]),
        counts=[(name, count) for name, states in outcomes if (count := sum(row.state in states for row in rows))],
        rows=[
            (
                row,
                granted.what(remedies[row.id], row.units, row.currency, row.remedy),
                state(row),
                formats.when(row.created_at),
            )
            for row in rows[:SHOWN]
            if row.state not in HIDDEN
        ],
    )
