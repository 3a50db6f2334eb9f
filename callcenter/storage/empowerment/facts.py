"""Reads facts, earlier grants and budgets for a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from callcenter.domain.empowerment import (
    AgentFacts,
    Balance,
    Balances,
    CaseFacts,
    CustomerFacts,
    Decision,
    EarlierGrant,
    Facts,
    Usage,
    decide,
)
from callcenter.storage.administration import settings_cache
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent
from callcenter.storage.callbacks import callbacks
from callcenter.storage.callbacks.callbacks import Callback
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers
from callcenter.storage.customers.customers import Customer
from callcenter.storage.empowerment import budgets, departments, rule_books
from callcenter.storage.empowerment.budgets import Holding, Paying
from callcenter.storage.empowerment.departments import Entitlement
from callcenter.storage.empowerment.grants import COUNTS_SQL
from callcenter.storage.empowerment.rule_books import InForce
from callcenter.storage.tickets.tickets import Ticket

USAGE_DAYS = 730


@dataclass(frozen=True, slots=True)
class CaseContext:
    rules: InForce
    facts: Facts
    usage: Usage
    balances: Balances
    paying: tuple[Paying, ...]
    now: datetime

    def decide(self) -> Decision:
        return decide(self.facts, self.rules.book, self.usage, self.balances, now=self.now)


def of_case(
    session: Session,
    now: datetime,
    *,
    agent: Agent,
    customer: Customer | None,
    ticket: Ticket | None,
    interaction: Interaction | None = None,
    contacts: Sequence[Interaction] | None = None,
    entitled: Sequence[Entitlement] | None = None,
    promises: Sequence[Callback] | None = None,
    without: int | None = None,
) -> CaseContext | None:
    """None if no rule book is in force. `contacts`, `entitled`, `promises`: if already read. `without`: a grant that
    does not count (the one decided again)."""
    rules = rule_books.in_force(session, now)
    if rules is None:
        return None
    currency = customer.currency if customer else rules.book.currency
    department_id = _departments(session).get(agent.team_id or 0)
    paid = budgets.paying(session, now, agent_id=agent.id, team_id=agent.team_id, department_id=department_id)
    held = budgets.holding(session, without) if without else {}
    facts = Facts(
        currency=currency,
        agent=_agent(session, agent, department_id, now),
        customer=_customer(session, customer, entitled, now) if customer else CustomerFacts(),
        case=_case(session, ticket, customer, interaction, contacts, promises, now),
    )
    return CaseContext(
        rules=rules,
        facts=facts,
        usage=_usage(session, rules, now, agent, customer, ticket, without=without, currency=currency),
        balances=Balances(
            tuple(_balance(one, held.get(one.budget.id)) for one in paid),
            required=bool(paid) or settings_cache.figure(session, "any_budget", lambda: budgets.any_active(session)),
        ),
        paying=tuple(paid),
        now=now,
    )


def _balance(paying: Paying, held: Holding | None) -> Balance:
    # A reservation of the grant decided again counts as left, in the period that holds it.
    limit, left = (held.period.limit_amount, held.period.left + held.reserved) if held else (paying.limit, paying.left)
    return Balance(paying.budget.id, paying.budget.scope, paying.budget.currency, limit, left)


def _departments(session: Session) -> Mapping[int, int]:
    """{team: department}"""
    return settings_cache.figure(
        session,
        "departments_of_teams",
        lambda: {team.id: team.department_id for team in agents.teams(session) if team.department_id},
    )


def _names(session: Session) -> tuple[Mapping[int, str], Mapping[int, str], Mapping[str, str]]:
    """(teams, departments, causes by name)"""
    return settings_cache.figure(
        session,
        "empowerment_names",
        lambda: (
            agents.team_names(session),
            {one.id: one.key for one in departments.departments(session)},
            {
                str(name).casefold(): one.key
                for one in departments.causes(session)
                for name in (one.key, *one.names.values())
            },
        ),
    )


def _agent(session: Session, agent: Agent, department_id: int | None, now: datetime) -> AgentFacts:
    teams, parts, _ = _names(session)
    return AgentFacts(
        username=agent.username,
        role=agent.role,
        level=agent.level,
        team=teams.get(agent.team_id or 0, ""),
        department=parts.get(department_id or 0, ""),
        skills=agent.skills,
        days=max(0, (now - agent.created_at).days),
    )


def _customer(
    session: Session, customer: Customer, entitled: Sequence[Entitlement] | None, now: datetime
) -> CustomerFacts:
    rights = entitled if entitled is not None else departments.entitlements_of(session, customer.id, now)
    account = customers.account(session, customer.account_id) if customer.account_id else None
    return CustomerFacts(
        tier=customer.tier,
        value=max(0, customer.value_minor),
        account=account.name if account else "",
        days=max(0, (now - customer.since).days),
        language=customer.language,
        entitlements=tuple(sorted({one.key for one in rights})),
    )


def cause_key(session: Session, cause: str) -> str:
    """Key of the company's cause with this name, else the text itself."""
    _, _, causes = _names(session)
    return causes.get(cause.casefold(), cause)


def _case(
    session: Session,
    ticket: Ticket | None,
    customer: Customer | None,
    interaction: Interaction | None,
    contacts: Sequence[Interaction] | None,
    promises: Sequence[Callback] | None,
    now: datetime,
) -> CaseFacts:
    about = list(contacts if contacts is not None else interactions.of_ticket(session, ticket.id) if ticket else [])
    if interaction is not None and all(one.id != interaction.id for one in about):
        about.append(interaction)
    queue_id = ticket.queue_id if ticket else interaction.queue_id if interaction else None
    queue = settings_cache.queue(session, queue_id) if queue_id else None
    began = min((one.created_at for one in about), default=ticket.created_at if ticket else now)
    return CaseFacts(
        type=ticket.type if ticket else "",
        cause=cause_key(session, ticket.cause) if ticket else "",
        fault=ticket.responsible if ticket else "unknown",
        product=ticket.product if ticket else "",
        price=ticket.price if ticket else None,
        priority=ticket.priority if ticket else "normal",
        channel=interaction.channel if interaction else "",
        queue=queue.key if queue else "",
        promise_broken=customer is not None and _promise_broken(session, customer.id, promises, since=began, now=now),
        late_answer=any(_waited_too_long(session, one, now) for one in about),
        contacts=max(1, len(about)),
        minutes=sum(one.waited_seconds(now) + one.talked_seconds(now) for one in about) // 60,
        age_days=max(0, (now - began).days),
        claimed=_claimed(ticket),
    )


CLAIMED = {"type": "type", "cause": "cause", "responsible": "fault", "product": "product", "price": "price", "priority": "priority"}  # fmt: skip


def _claimed(ticket: Ticket | None) -> tuple[str, ...]:
    """Names of facts."""
    return tuple(sorted(CLAIMED[field] for field in ticket.claims if field in CLAIMED)) if ticket else ()


def _waited_too_long(session: Session, interaction: Interaction, now: datetime) -> bool:
    queue = settings_cache.queue(session, interaction.queue_id) if interaction.queue_id else None
    return queue is not None and interaction.waited_seconds(now) > queue.target_seconds


# A broken promise: not connected within the promised time; for an open callback, as of now.
BROKEN = text(
    "SELECT EXISTS (SELECT 1 FROM callbacks WHERE customer_id = :customer_id AND created_at >= :since"
    " AND state <> 'cancelled' AND coalesce(connected_at, ended_at, :now) > promised_until)"
)


def _promise_broken(
    session: Session, customer_id: int, promises: Sequence[Callback] | None, *, since: datetime, now: datetime
) -> bool:
    if promises is not None:
        return any(row.created_at >= since and callbacks.is_broken(row, now) for row in promises)
    return bool(session.scalar(BROKEN, {"customer_id": customer_id, "since": since, "now": now}))


# Counts grants and reservations; the agent's only in the currency of this case. The last row is the agent's: granted
# today, and this month. One statement, as every card needs it.
USED = text(
    f"SELECT created_at, remedy, worth, currency, units::bigint, ticket_id FROM grants WHERE {COUNTS_SQL}"
    " AND id <> :without AND created_at > :since AND (customer_id = :customer_id"
    " OR (customer_id IS NULL AND ticket_id = :ticket_id))"
    " UNION ALL SELECT NULL, '', coalesce(sum(worth) FILTER (WHERE created_at >= :today), 0)::bigint, '',"
    f" coalesce(sum(worth), 0)::bigint, NULL FROM grants WHERE agent_id = :agent_id AND {COUNTS_SQL}"
    " AND currency = :currency AND id <> :without AND created_at >= :month"
    " ORDER BY created_at NULLS LAST"
)


def _usage(
    session: Session,
    rules: InForce,
    now: datetime,
    agent: Agent,
    customer: Customer | None,
    ticket: Ticket | None,
    *,
    without: int | None,
    currency: str,
) -> Usage:
    local = now.astimezone(ZoneInfo(rules.book.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    values = {
        "without": without or 0,
        "since": now - timedelta(days=USAGE_DAYS),
        "customer_id": customer.id if customer else 0,
        "ticket_id": ticket.id if ticket else 0,
        "agent_id": agent.id,
        "currency": currency,
        "today": local,
        "month": local.replace(day=1),
    }
    money = {remedy.key for remedy in rules.book.remedies if remedy.is_money}
    *rows, mine = session.execute(USED, values).all()
    granted = tuple(
        EarlierGrant(
            at=row.created_at,
            remedy=row.remedy,
            amount=row.worth,
            currency=row.currency,
            count=1 if row.remedy in money else row.units,
            same_ticket=ticket is not None and row.ticket_id == ticket.id,
        )
        for row in rows
    )
    return Usage(granted, agent_day=mine.worth, agent_month=mine.units)
