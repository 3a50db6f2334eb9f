"""Grant a remedy: decide, pay from budgets, record, notify, start fulfilment.

Lock order, after any interaction: agent, customer (both advisory), grant, approval, budget periods.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from callcenter.actions.empowerment import budgets, remedy_words
from callcenter.actions.empowerment.grant_sms import sms_text
from callcenter.actions.messages import outgoing
from callcenter.domain import languages
from callcenter.domain.channels import Channel, Thread
from callcenter.domain.empowerment import Decision, GrantAnswer, Held, Remedy, hold, money
from callcenter.domain.empowerment_events import GrantRefused, RemedyGranted
from callcenter.domain.errors import AskFirst, Invalid, NotFound, NotYourInteraction
from callcenter.domain.permissions import Actor, may_grant
from callcenter.domain.states import GrantState
from callcenter.storage.administration import company
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers
from callcenter.storage.customers.customers import Customer
from callcenter.storage.empowerment import facts, grants, locks
from callcenter.storage.empowerment.facts import CaseContext
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.tickets import tickets
from callcenter.storage.tickets.tickets import Ticket
from callcenter.storage.work import Work

LONGEST_REASON = 1000
LONGEST_KEY = 80


@dataclass(frozen=True, kw_only=True)
class GrantRequest:
    """`units`: minor currency units, or pieces; `requested`: what the customer wanted, if more. `sms`: the agent's own
    text, None for the remedy's, "" for no SMS."""

    key: str
    ticket_id: int
    remedy: str
    units: int
    interaction_id: int | None = None
    requested: int | None = None
    reason: str = ""
    fields: Mapping[str, str] | None = None
    sms: str | None = None


@dataclass(frozen=True)
class DecidedCase:
    """The rows of a grant request and the decision on them."""

    agent: Agent
    ticket: Ticket
    customer: Customer | None
    interaction: Interaction | None
    known: CaseContext
    decision: Decision

    def remedy(self, key: str) -> Remedy:
        found = self.known.rules.book.remedy(key)
        if found is None or not found.is_active:
            raise Invalid("There is no such remedy.", field="remedy")
        return found


def grant(work: Work, request: GrantRequest, *, actor: Actor) -> Grant:
    """Idempotent by key. AskFirst where approval is needed, Invalid without a required reason.

    A request that the rules refuse is recorded as a grant in state `refused`.
    """
    case, before = begin(work, request, actor=actor)
    if before:
        return before
    held = hold(case.decision, request.remedy, request.units, reason=request.reason)
    if held.answer == GrantAnswer.NEEDS_REASON:
        raise Invalid("Say why: this is given with a reason.", field="reason")
    if held.answer == GrantAnswer.ASK:
        raise AskFirst
    state = GrantState.REFUSED if held.answer == GrantAnswer.REFUSED else GrantState.GRANTED
    grant = write(work, case, request, held, state=state)
    if held.answer == GrantAnswer.REFUSED:
        refuse(work, grant, held)
        return grant
    budgets.spend(
        work, grant, budgets.open_periods(work, case.known.paying, currency=grant.currency), actor=actor.label
    )
    granted(work, grant, case.remedy(request.remedy), actor=actor.label)
    return grant


def begin(work: Work, request: GrantRequest, *, actor: Actor) -> tuple[DecidedCase, Grant | None]:
    """Lock; (rows and decision, existing grant of this key). NotYourInteraction, NotFound, Invalid."""
    if actor.agent_id is None:
        raise Invalid("Only a person can give.", field="agent")
    if not request.key or len(request.key) > LONGEST_KEY:
        raise Invalid("A grant needs a key of its own.", field="key")
    money.checked(request.units, field="units")
    if request.requested is not None:
        money.checked(request.requested, field="requested")
    ticket = tickets.get(work.session, request.ticket_id)
    if ticket is None:
        raise NotFound
    locks.agent_and_customer(work.session, agent_id=actor.agent_id, customer_id=ticket.customer_id, ticket_id=ticket.id)
    before = grants.by_key(work.session, actor.agent_id, request.key)
    case = look(work, actor.agent_id, ticket, request.interaction_id)
    serving = case.interaction.agent_id if case.interaction else None
    if not may_grant(actor, ticket_owner_id=ticket.granting_owner_id, interaction_agent_id=serving):
        raise NotYourInteraction
    return case, before


def look(
    work: Work, agent_id: int, ticket: Ticket, interaction_id: int | None, *, without: int | None = None
) -> DecidedCase:
    """The allowance now, without counting grant `without`. Invalid where no rules are published."""
    agent = agents.get(work.session, agent_id)
    customer = customers.get(work.session, ticket.customer_id) if ticket.customer_id else None
    interaction = interactions.get(work.session, interaction_id) if interaction_id else None
    if agent is None or (interaction is not None and interaction.ticket_id != ticket.id):
        raise NotFound
    about: dict[str, Any] = {"agent": agent, "customer": customer, "ticket": ticket, "interaction": interaction}
    known = facts.of_case(work.session, work.now, **about, without=without)
    if known is None:
        raise Invalid("No rules are published yet.", field="remedy")
    return DecidedCase(**about, known=known, decision=known.decide())


def write(
    work: Work, case: DecidedCase, request: GrantRequest, held: Held, *, state: GrantState, rest_of: int | None = None
) -> Grant:
    """Insert the grant. No payment, no message yet."""
    remedy, known = case.remedy(request.remedy), case.known
    currency = case.decision.currency
    option = held.option
    row = Grant(
        key=request.key,
        agent_id=case.agent.id,
        state=state,
        remedy=remedy.key,
        currency=currency,
        requested=max(request.requested or 0, request.units),
        units=request.units,
        worth=remedy.worth(request.units, currency),
        cost=remedy.cost(request.units, currency),
        customer_id=case.ticket.customer_id,
        ticket_id=case.ticket.id,
        interaction_id=case.interaction.id if case.interaction else None,
        rest_of=rest_of,
        rule_book=known.rules.number,
        rule_id=(option.rule_id if held.answer != GrantAnswer.ASK else option.ask_rule_id) if option else None,
        answer=held.answer.value,
        facts=known.facts.model_dump(mode="json"),
        usage=known.usage.to_data(),
        decision=case.decision.to_data(),
        reason=_text(request.reason),
        fields=checked_fields(remedy, request.fields or {}) if state != GrantState.REFUSED else {},
        language=case.customer.language if case.customer else languages.DEFAULT,
        created_at=work.now,
        granted_at=work.now if state == GrantState.GRANTED else None,
    )
    row.sms = _sms(work, row, remedy, case, request.sms)
    if state == GrantState.GRANTED:
        _hand_on(work, row, remedy)
    work.session.add(row)
    work.session.flush()
    return row


def _text(reason: str) -> str:
    return reason.replace("\x00", "").strip()[:LONGEST_REASON]


def checked_fields(remedy: Remedy, filled: Mapping[str, str]) -> dict[str, str]:
    """Invalid where a required one is missing or one is malformed."""
    values: dict[str, str] = {}
    for field in remedy.fields:
        value = " ".join(str(filled.get(field.key, "")).replace("\x00", "").split())[:200]
        if field.required and not value:
            raise Invalid("This has to be filled in.", field=field.key)
        if value and field.kind == "number" and not value.isdecimal():
            raise Invalid("This is a number.", field=field.key)
        if value and field.kind == "date":
            try:
                date.fromisoformat(value)
            except ValueError:
                raise Invalid("This is a date: 2026-11-28.", field=field.key) from None
        values[field.key] = value
    return values


def _sms(work: Work, grant: Grant, remedy: Remedy, case: DecidedCase, own: str | None) -> str:
    if own is not None:
        text = own.replace("\x00", "").strip()
        if len(text) > Channel.SMS.traits.longest:
            raise Invalid("The message is too long.", field="sms")
        return text
    return sms_of(work, grant, remedy, case)


def sms_of(work: Work, grant: Grant, remedy: Remedy, case: DecidedCase) -> str:
    return sms_text(
        work.session,
        remedy,
        units=grant.units,
        currency=grant.currency,
        language=languages.served(grant.language),
        customer=case.customer,
        ticket=case.ticket,
        agent=case.agent,
    )


def refuse(work: Work, grant: Grant, held: Held) -> None:
    amounts = {language: money.formatted(grant.units, grant.currency, language) for language in languages.SERVED}
    pieces = dict.fromkeys(languages.SERVED, f"{grant.units} ×")
    work.record(
        GrantRefused(
            **grant.about(),
            actor=f"agent:{grant.agent_id}",
            grant_id=grant.id,
            remedy=grant.remedy,
            units=grant.units,
            currency=grant.currency,
            refusal=held.refusal.value if held.refusal else "",
            shown=amounts if held.option is None or held.option.is_money else pieces,
        )
    )


def granted(work: Work, grant: Grant, remedy: Remedy, *, actor: str) -> None:
    """Start fulfilment, notify the customer, record the event. The row is `granted` and flushed."""
    _hand_on(work, grant, remedy)
    _tell_customer(work, grant)
    work.record(
        RemedyGranted(
            **grant.about(),
            actor=actor,
            grant_id=grant.id,
            remedy=remedy.key,
            units=grant.units,
            currency=grant.currency,
            shown=remedy_words.described(remedy, grant.units, grant.currency),
        )
    )


def _hand_on(work: Work, grant: Grant, remedy: Remedy) -> None:
    grant.fulfilment = remedy.fulfilment.model_dump()
    # A remedy that is only recorded is fulfilled at once; others wait for the worker.
    if remedy.fulfilment.how != "record":
        grant.next_try_at = work.now
        return
    grant.state, grant.fulfilled_at = GrantState.FULFILLED, work.now


def _tell_customer(work: Work, grant: Grant) -> None:
    if not grant.sms:
        return
    thread = _thread(work, grant)
    # No message to customers who opted out.
    if thread is None or not outgoing.may_write(work, thread):
        return
    message = outgoing.write(
        work,
        thread,
        body=grant.sms,
        customer_id=grant.customer_id,
        interaction_id=grant.interaction_id,
        agent_id=grant.agent_id,
        purpose="grant",
    )
    grant.message_id = message.id


def _thread(work: Work, grant: Grant) -> Thread | None:
    interaction = interactions.get(work.session, grant.interaction_id) if grant.interaction_id else None
    if interaction and interaction.thread:
        return interaction.thread
    # Not by the contact's own channel: by SMS, from the number they called or our first.
    number = customers.number_to_reach(work.session, grant.customer_id) if grant.customer_id else None
    ours = interaction.our_address if interaction else next((each.e164 for each in company.numbers(work.session)), None)
    return Thread(Channel.SMS, ours, number) if number and ours else None


def drop(work: Work, request: GrantRequest, *, actor: Actor) -> Grant | None:
    """Record that the agent could have requested approval and did not, for replays."""
    case, before = begin(work, request, actor=actor)
    if before:
        return before
    held = hold(case.decision, request.remedy, request.units, reason=request.reason)
    return write(work, case, request, held, state=GrantState.NOT_ASKED) if held.answer == GrantAnswer.ASK else None
