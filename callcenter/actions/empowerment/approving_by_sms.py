"""Approval requests and answers by SMS, for approvers without a screen."""

from collections.abc import Sequence
from datetime import timedelta

from callcenter.actions.empowerment import approvals, asking, remedy_words
from callcenter.actions.messages import outgoing
from callcenter.actions.messages.received import Received
from callcenter.domain.agents import Role
from callcenter.domain.channels import Channel, Thread
from callcenter.domain.empowerment import money
from callcenter.domain.empowerment.approving import ApprovalAnswer, Reply, read_reply
from callcenter.domain.errors import DomainError
from callcenter.domain.messages import opt_keyword
from callcenter.domain.permissions import Actor
from callcenter.storage.administration import company
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent
from callcenter.storage.customers import customers
from callcenter.storage.empowerment import approvals as rows
from callcenter.storage.empowerment import grants
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.tickets import tickets
from callcenter.storage.work import Work
from callcenter.words import say

MOST_LISTED = 3  # questions in one SMS
REMEMBERED = timedelta(days=2)  # a code is used again later


def invite(work: Work, approval_id: int) -> int:
    """Ask the current step's approvers by SMS, each once a step; returns how many."""
    row = rows.get(work.session, approval_id, lock=True)
    grant = grants.get(work.session, row.grant_id) if row else None
    line = next((one.e164 for one in company.numbers(work.session)), None)
    if row is None or grant is None or not row.is_open or line is None:
        return 0
    at_screens, mobiles = asking.reachable(work, row.current_step, asker_id=grant.agent_id)
    # An approver at a screen sees the request there: no SMS.
    if at_screens:
        return 0
    asked = 0
    for agent_id in mobiles:
        person = agents.get(work.session, agent_id)
        if person and person.mobile and [agent_id, row.step] not in row.asked_by_sms:
            row.asked_by_sms = [*row.asked_by_sms, [agent_id, row.step]]
            _send(work, person.mobile, line, _question(work, person, approval_id))
            asked += 1
    return asked


def _question(work: Work, person: Agent, approval_id: int) -> str:
    row = rows.get(work.session, approval_id)
    grant = grants.get(work.session, row.grant_id) if row else None
    if row is None or grant is None:
        return ""
    case = asking.case_of(work, grant)
    asker = agents.get(work.session, grant.agent_id)
    customer = customers.get(work.session, grant.customer_id) if grant.customer_id else None
    ticket = tickets.get(work.session, grant.ticket_id)
    ours = company.get(work.session)
    return say(
        person.language,
        "%(company)s: %(agent)s asks for %(what)s for %(customer)s, %(ticket)s: %(reason)s Reply Y %(code)s, L %(code)s"
        " amount, or N %(code)s.",
        company=ours.name(person.language) if ours else "",
        agent=asker.name.split()[0] if asker else "",
        what=remedy_words.described(case.remedy(grant.remedy), grant.units, grant.currency)[person.language],
        customer=customer.name if customer else "?",
        ticket=ticket.number if ticket else "",
        reason=f"“{grant.reason[:120]}”",
        code=row.code,
    )


def _send(work: Work, mobile: str, line: str, body: str) -> None:
    outgoing.write(
        work,
        Thread(Channel.SMS, line, mobile),
        body=body[: Channel.SMS.traits.longest],
        customer_id=None,
        interaction_id=None,
        purpose="approval",
    )


def reply(work: Work, received: Received) -> bool:
    """True for what an approver sends from their own mobile while they are asked something; they get an answer by SMS.

    Without an open question, only what is an answer by its form. A wish to stop is not an answer.
    """
    message = received.message
    person = agents.by_mobile(work.session, message.sender) if message.channel == Channel.SMS else None
    if person is None or opt_keyword(message.body, message.opt_out):
        return False
    reply = read_reply(message.body)
    waiting = rows.open_asked_by_sms(work.session, person.id)
    if reply is None and not waiting:
        return False
    answered = _answered(work, person, reply) if reply and reply.is_clear else _not_read(work, person, reply, waiting)
    _send(work, message.sender, message.recipient, answered)
    received.keep(work, purpose="approval", customer=None)
    return True


def _not_read(work: Work, person: Agent, reply: Reply | None, waiting: Sequence[tuple[Approval, Grant]]) -> str:
    """What cannot be read is asked again, never guessed."""
    if reply and all(row.code != reply.code for row, _ in waiting):
        row = rows.by_code(work.session, reply.code)
        grant = grants.get(work.session, row.grant_id) if row else None
        if row is None or grant is None:
            return _over(work, person, reply.code)
        waiting = [(row, grant)]
    lines = [
        say(
            person.language,
            "%(what)s: reply Y %(code)s for all of it, L %(code)s and the amount, or N %(code)s.",
            what=remedy_words.described(asking.case_of(work, grant).remedy(grant.remedy), grant.units, grant.currency)[
                person.language
            ],
            code=row.code,
        )
        for row, grant in waiting[:MOST_LISTED]
        if reply is None or row.code == reply.code
    ]
    return "\n".join([say(person.language, "Your answer could not be read, and nothing was decided."), *lines])


def _answered(work: Work, person: Agent, reply: Reply) -> str:
    row = rows.by_code(work.session, reply.code)
    if row is None:
        return _over(work, person, reply.code)
    grant = grants.get(work.session, row.grant_id)
    currency = grant.currency if grant else ""
    amount, _, word = reply.rest.partition(" ")
    actor = Actor(Role(person.role), person.id, person.name)
    try:
        # The savepoint undoes a failed answer; the SMS with the reason is still sent.
        with work.session.begin_nested():
            units = (
                _units(amount, currency, is_money=_is_money(work, row.grant_id))
                if reply.answer == ApprovalAnswer.LESS
                else None
            )
            approvals.answer(
                work,
                row.id,
                actor=actor,
                answer=reply.answer,
                units=units,
                word=word if reply.answer == ApprovalAnswer.LESS else reply.rest,
            )
    except DomainError as error:
        return say(person.language, error.text, **error.values)
    return say(person.language, "Done: your answer to question %(code)s stands.", code=reply.code)


def _over(work: Work, person: Agent, code: str) -> str:
    """The first answer stands, and a later one is told so."""
    row = rows.answered_by_code(work.session, code, since=work.now - REMEMBERED)
    grant = grants.get(work.session, row.grant_id) if row else None
    if row is None or grant is None or row.answer is None or row.answered_by is None:
        return say(person.language, "No question %(code)s is open any more.", code=code)
    if row.answer == ApprovalAnswer.NO:
        answer = say(person.language, "no")
    else:
        remedy = asking.case_of(work, grant).remedy(grant.remedy)
        answer = remedy_words.described(remedy, grant.units, grant.currency)[person.language]
    return say(
        person.language,
        "Question %(code)s is answered: %(answer)s, by %(name)s. That stands.",
        code=code,
        answer=answer,
        name=agents.names(work.session).get(row.answered_by, ""),
    )


def _is_money(work: Work, grant_id: int) -> bool:
    grant = grants.get(work.session, grant_id)
    remedy = asking.case_of(work, grant).remedy(grant.remedy) if grant else None
    return remedy is None or remedy.is_money


def _units(text: str, currency: str, *, is_money: bool) -> int:
    return (
        money.parse(text, currency, field="units") if is_money else money.checked(int(text) if text.isdecimal() else 0)
    )
