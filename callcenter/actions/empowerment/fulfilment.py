"""Fulfil grants (record, POST to a company system, department request) and reverse them."""

from datetime import timedelta
from typing import Any

from callcenter.actions.empowerment import budgets, granting, remedy_words
from callcenter.domain.empowerment.reversing import may_reverse, wait_before
from callcenter.domain.empowerment_events import (
    DepartmentAnswered,
    DepartmentAsked,
    GrantFulfilled,
    GrantNotFulfilled,
    GrantReversed,
)
from callcenter.domain.errors import GrantOver, Invalid, NotAllowed, NotFound, NotYourDepartment, OutsideError
from callcenter.domain.interactions import State
from callcenter.domain.permissions import Actor, may_answer_request
from callcenter.domain.states import GrantState, RequestState
from callcenter.storage.agents import agents
from callcenter.storage.calls import interactions
from callcenter.storage.customers import customers
from callcenter.storage.empowerment import departments, grants, locks, rule_books
from callcenter.storage.empowerment.departments import DepartmentRequest
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.tickets import tickets
from callcenter.storage.work import Work

LEASE = timedelta(seconds=90)
ANSWERED_WITHIN = timedelta(hours=24)
LONGEST_FAILURE = 200


def claim(work: Work, grant_id: int) -> Grant | None:
    """Lease a due grant for one try; None where it is not due."""
    grant = grants.get(work.session, grant_id, lock=True)
    if grant is None or grant.next_try_at is None or grant.next_try_at > work.now:
        return None
    grant.next_try_at = work.now + LEASE
    grant.tries += 1
    return grant


def ask_department(work: Work, grant: Grant) -> None:
    key = str(grant.fulfilment.get("to", ""))
    department = departments.department(work.session, key)
    if department is None:
        failed(work, grant.id, reason=f"no department {key}", final=True)
        return
    remedy = _remedy_names(work, grant)
    agent = agents.get(work.session, grant.agent_id)
    details = ", ".join(f"{name}: {value}" for name, value in grant.fields.items() if value)
    row = DepartmentRequest(
        department_id=department.id,
        ticket_id=grant.ticket_id,
        grant_id=grant.id,
        asked_by=grant.agent_id,
        body=" · ".join(
            part for part in (remedy.get(agent.language if agent else "en", ""), details, grant.reason) if part
        ),
        state=RequestState.OPEN,
        due_at=work.now + ANSWERED_WITHIN,
        created_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    # The department's answer fulfils the grant.
    grant.next_try_at = None
    work.record(
        DepartmentAsked(**grant.about(), actor=f"agent:{grant.agent_id}", request_id=row.id, department=department.key)
    )


def _remedy_names(work: Work, grant: Grant) -> dict[str, str]:
    found = rule_books.get(work.session, grant.rule_book)
    remedy = found.book.remedy(grant.remedy) if found else None
    return (
        remedy_words.described(remedy, grant.units, grant.currency)
        if remedy
        else {"en": grant.remedy, "zh": grant.remedy}
    )


def post_of(work: Work, grant: Grant) -> tuple[str, str, dict[str, Any]] | None:
    """(url, secret, body) for the company's system; None where it is not set up."""
    system = departments.system(work.session, str(grant.fulfilment.get("to", "")))
    if system is None:
        return None
    ticket = tickets.get(work.session, grant.ticket_id)
    customer = customers.get(work.session, grant.customer_id) if grant.customer_id else None
    return (
        system.url,
        system.secret,
        {
            "event": "grant.reversed" if grant.state == GrantState.REVERSED else "grant.made",
            "grant": grant.id,
            "remedy": grant.remedy,
            "units": grant.units,
            "currency": grant.currency,
            "fields": grant.fields,
            "ticket": ticket.number if ticket else "",
            "customer": {"id": customer.id, "name": customer.name, "email": customer.email} if customer else None,
            "granted_at": grant.granted_at.isoformat() if grant.granted_at else None,
        },
    )


def done(work: Work, grant_id: int) -> None:
    """Confirmed by the outside system. Idempotent."""
    grant = grants.get(work.session, grant_id, lock=True)
    if grant is None:
        raise NotFound
    grant.next_try_at, grant.failure = None, ""
    if grant.state in (GrantState.GRANTED, GrantState.FAILED):
        grant.state, grant.fulfilled_at = GrantState.FULFILLED, work.now
        work.record(GrantFulfilled(**grant.about(), grant_id=grant.id))


def not_done(work: Work, grant_id: int, error: OutsideError) -> None:
    """Schedule the next try with growing pauses; none after a permanent error or the last try."""
    grant = grants.get(work.session, grant_id, lock=True)
    if grant is None:
        raise NotFound
    pause = None if error.permanent else wait_before(grant.tries)
    grant.next_try_at = work.now + pause if pause else None
    failed(work, grant_id, reason=str(error), final=pause is None)


def failed(work: Work, grant_id: int, *, reason: str, final: bool) -> None:
    grant = grants.get(work.session, grant_id, lock=True)
    if grant is None:
        raise NotFound
    is_reported = grant.state == GrantState.FAILED and not final
    if grant.state in (GrantState.GRANTED, GrantState.FAILED):
        grant.state = GrantState.FAILED
    grant.failure = reason[:LONGEST_FAILURE]
    if final:
        grant.next_try_at = None
    # One event for a series of retries, and one when the last try fails.
    if not is_reported:
        work.record(GrantNotFulfilled(**grant.about(), grant_id=grant.id, failure=grant.failure, final=final))


def try_again(work: Work, grant_id: int, *, actor: Actor) -> None:
    """GrantOver unless failed, NotAllowed."""
    grant = grants.get(work.session, grant_id, lock=True)
    if grant is None:
        raise NotFound
    if not actor.leads and actor.agent_id != grant.agent_id:
        raise NotAllowed
    if grant.state != GrantState.FAILED:
        raise GrantOver
    grant.tries, grant.next_try_at = 0, work.now


def answer_request(work: Work, request_id: int, *, actor: Actor, is_done: bool, answer: str = "") -> DepartmentRequest:
    """Fulfils or fails the grant. GrantOver once answered, Invalid for a refusal without text, NotYourDepartment."""
    row = departments.request(work.session, request_id, lock=True)
    if row is None:
        raise NotFound
    is_of_department = departments.of_agent(work.session, actor.agent_id) == row.department_id
    if not may_answer_request(actor, asked_by=row.asked_by, is_of_department=is_of_department):
        raise NotYourDepartment
    if row.state != RequestState.OPEN:
        raise GrantOver
    text = answer.replace("\x00", "").strip()[:500]
    if not is_done and not text:
        raise Invalid("Say why not.", field="answer")
    row.state, row.answer = RequestState.DONE if is_done else RequestState.REFUSED, text
    row.answered_at, row.answered_by = work.now, actor.agent_id
    ticket = tickets.get(work.session, row.ticket_id)
    work.record(
        DepartmentAnswered(
            ticket_id=row.ticket_id,
            customer_id=ticket.customer_id if ticket else None,
            agent_id=row.asked_by,
            actor=actor.label,
            request_id=row.id,
            done=is_done,
            answer=text,
        )
    )
    if row.grant_id and is_done:
        done(work, row.grant_id)
    elif row.grant_id:
        failed(work, row.grant_id, reason=text, final=True)
    return row


def reverse(work: Work, grant_id: int, *, actor: Actor, reason: str) -> Grant:
    """Money goes back to the periods that paid. Idempotent; Invalid without a reason, NotAllowed, GrantOver."""
    seen = grants.get(work.session, grant_id)
    if seen is None:
        raise NotFound
    locks.agent_and_customer(
        work.session, agent_id=seen.agent_id, customer_id=seen.customer_id, ticket_id=seen.ticket_id
    )
    grant = grants.get(work.session, grant_id, lock=True)
    if grant is None:
        raise NotFound
    if grant.state == GrantState.REVERSED:
        return grant
    if not may_reverse(actor, agent_id=grant.agent_id, is_still_served=_is_still_served(work, grant)):
        raise NotAllowed
    if not grant.is_granted:
        raise GrantOver
    text = reason.replace("\x00", "").strip()[: granting.LONGEST_REASON]
    if not text:
        raise Invalid("Say why it is taken back.", field="reason")
    was_posted = grant.fulfilment.get("how") == "webhook" and (grant.fulfilled_at or grant.tries)
    budgets.put_back(work, grant, actor=actor.label, note=text[:200])
    grant.state, grant.reversed_at, grant.reversed_by, grant.reverse_reason = (
        GrantState.REVERSED,
        work.now,
        actor.agent_id,
        text,
    )
    grant.tries, grant.failure = 0, ""
    # A system that may have the grant must undo it.
    grant.next_try_at = work.now if was_posted else None
    work.record(
        GrantReversed(
            **grant.about(), actor=actor.label, grant_id=grant.id, reason=text, shown=_remedy_names(work, grant)
        )
    )
    return grant


def _is_still_served(work: Work, grant: Grant) -> bool:
    interaction = interactions.get(work.session, grant.interaction_id) if grant.interaction_id else None
    return (
        interaction is not None
        and interaction.agent_id == grant.agent_id
        and interaction.state in (State.ACTIVE, State.WRAP_UP)
    )
