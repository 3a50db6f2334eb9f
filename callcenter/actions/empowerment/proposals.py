"""Rule proposals found in past grants: refreshed daily, decided by supervisors, measured afterwards."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from callcenter.actions.empowerment import rule_books, rule_drafts
from callcenter.domain import languages
from callcenter.domain.empowerment import Rule, RuleBook
from callcenter.domain.empowerment import learning as rules
from callcenter.domain.empowerment.learning import ProposalFinding
from callcenter.domain.empowerment_events import ProposalDecided
from callcenter.domain.errors import GrantOver, Invalid, NotFound
from callcenter.domain.permissions import Actor
from callcenter.domain.states import ProposalState
from callcenter.storage.empowerment import departments, learning, proposals
from callcenter.storage.empowerment.proposals import Proposal
from callcenter.storage.work import Work
from callcenter.words import say

LEFT_ALONE = timedelta(days=90)


def refresh(work: Work) -> int:
    """Open new findings, close outdated ones; the number of open proposals."""
    found = rules.findings(*learning.lately(work.session, until=work.now))
    dismissed = proposals.dismissed_since(work.session, work.now - LEFT_ALONE)
    accepted = {(one.kind, one.about) for one in proposals.decided(work.session) if _is_fresh(one, work.now)}
    wanted = {(one.kind, one.about): one for one in found if (one.kind, one.about) not in dismissed | accepted}
    for row in proposals.open_ones(work.session):
        if (row.kind, row.about) not in wanted:
            row.state = ProposalState.GONE
    work.session.flush()
    for finding in wanted.values():
        _put(work, finding)
    return len(wanted)


def _is_fresh(row: Proposal, now: datetime) -> bool:
    return (
        row.state == ProposalState.ACCEPTED and row.decided_at is not None and row.decided_at > now - learning.LOOKED_AT
    )


def _put(work: Work, finding: ProposalFinding) -> None:
    values = {"agent_id": finding.agent_id, "data": finding.data, "cases": list(finding.cases), "seen_at": work.now}
    row = insert(Proposal).values(
        kind=finding.kind,
        about=finding.about,
        state=ProposalState.OPEN,
        found_at=work.now,
        note="",
        before={},
        **values,
    )
    work.session.execute(
        # One open proposal a subject: a repeated finding updates its numbers.
        row.on_conflict_do_update(
            index_elements=["kind", "about"], index_where=Proposal.state == ProposalState.OPEN, set_=values
        )
    )


def accept(work: Work, proposal_id: int, *, actor: Actor, rule_book: int | None = None, note: str = "") -> Proposal:
    """`rule_book`: number of the draft that applies it. GrantOver once decided."""
    row = _decide(work, proposal_id, ProposalState.ACCEPTED, actor=actor, note=note)
    row.rule_book = rule_book
    # Today's figures, to measure the effect against.
    row.before = learning.measured(work.session, row, until=work.now)
    return row


def draft(work: Work, proposal_id: int, *, actor: Actor, note: str = "") -> Proposal:
    """Accept a `trust` proposal: a new draft lets agents grant without approval."""
    row = proposals.get(work.session, proposal_id, lock=True)
    if row is None:
        raise NotFound
    if row.kind != "trust" or row.state != ProposalState.OPEN:
        raise GrantOver
    made = rule_books.draft(work, actor=actor, note=note)
    before = made.book.rules
    rule = rule_of(work, made.book, row.data)
    rule_drafts.set_rule(work, made.number, rule=rule, was=None, actor=actor)
    if before:
        rule_drafts.move_rule(work, made.number, id_=rule.id, before=before[0].id, actor=actor)
    return accept(work, proposal_id, actor=actor, rule_book=made.number, note=note)


def rule_of(work: Work, book: RuleBook, data: Mapping[str, Any]) -> Rule:
    remedy = book.remedy(data["remedy"])
    if remedy is None:
        raise Invalid("There is no such remedy.", field="remedy")
    causes = {one.key: one.names for one in departments.causes(work.session)}
    names = causes.get(data["cause"], {})
    currency = data["currency"]
    return Rule.model_validate(
        {
            "id": max((one.id for one in book.rules), default=0) + 1,
            "who": {"role": "agent"},
            "what": {"cause": data["cause"]} if data["cause"] else {},
            "remedies": [remedy.key],
            "limits": {"grant" if remedy.is_money else "times_ticket": data["limit"]},
            "currency": currency if currency != book.currency else None,
            "outcome": "may",
            "why": {
                language: say(
                    language,
                    "for “%(cause)s” agents may give this without asking",
                    cause=(languages.of(names, language) or data["cause"]).replace("{", "(").replace("}", ")"),
                )
                for language in languages.SERVED
            },
            "note": f"{data['yes']}/{data['asked']}",
        }
    )


def dismiss(work: Work, proposal_id: int, *, actor: Actor, note: str) -> Proposal:
    """Invalid without a reason; the finding stays closed for 90 days."""
    if not note.strip():
        raise Invalid("Say why not.", field="note")
    return _decide(work, proposal_id, ProposalState.DISMISSED, actor=actor, note=note)


def _decide(work: Work, proposal_id: int, state: ProposalState, *, actor: Actor, note: str) -> Proposal:
    row = proposals.get(work.session, proposal_id, lock=True)
    if row is None:
        raise NotFound
    if row.state != ProposalState.OPEN:
        raise GrantOver
    row.state, row.decided_at, row.decided_by = state, work.now, actor.agent_id
    row.note = note.replace("\x00", "").strip()[:500]
    work.record(ProposalDecided(agent_id=row.agent_id, actor=actor.label, proposal_id=row.id, state=state))
    return row
