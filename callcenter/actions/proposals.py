"""Proposals from the past: found again each day, accepted or dismissed by a person, and their effect held against before."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from callcenter.domain.empowerment import learning as rules
from callcenter.domain.empowerment.learning import Finding
from callcenter.domain.empowerment_events import ProposalDecided
from callcenter.domain.errors import GrantOver, Invalid, NotFound
from callcenter.domain.permissions import Actor
from callcenter.storage.empowerment import learning, proposals
from callcenter.storage.empowerment.proposals import Proposal
from callcenter.storage.work import Work

LOOKED_AT = timedelta(days=28)
LEFT_ALONE = timedelta(days=90)


def refresh(work: Work) -> int:
    """Look at the last four weeks: new findings are open, those that are no longer true are gone. How many are open."""
    found = rules.findings(*_period(work, work.now - LOOKED_AT, work.now))
    dismissed = proposals.dismissed_since(work.session, work.now - LEFT_ALONE)
    accepted = {(one.kind, one.about) for one in proposals.decided(work.session) if _is_fresh(one, work.now)}
    wanted = {(one.kind, one.about): one for one in found if (one.kind, one.about) not in dismissed | accepted}
    for row in proposals.open_ones(work.session):
        if (row.kind, row.about) not in wanted:
            row.state = "gone"
    work.session.flush()
    for finding in wanted.values():
        _put(work, finding)
    return len(wanted)


def _is_fresh(row: Proposal, now: datetime) -> bool:
    return row.state == "accepted" and row.decided_at is not None and row.decided_at > now - LOOKED_AT


def _period(work: Work, since: datetime, until: datetime) -> tuple[list[rules.Asked], list[rules.Served]]:
    period = {"since": since, "until": until}
    return learning.asked(work.session, **period), learning.served(work.session, **period)


def _put(work: Work, finding: Finding) -> None:
    """Open once a subject, whoever finds it; its numbers as of now."""
    values = {"agent_id": finding.agent_id, "data": finding.data, "cases": list(finding.cases), "seen_at": work.now}
    row = insert(Proposal).values(
        kind=finding.kind, about=finding.about, state="open", found_at=work.now, note="", before={}, **values
    )
    work.session.execute(
        row.on_conflict_do_update(index_elements=["kind", "about"], index_where=Proposal.state == "open", set_=values)
    )


def accept(work: Work, proposal_id: int, *, actor: Actor, rule_book: int | None = None, note: str = "") -> Proposal:
    """`rule_book`: the draft that carries it out. How it was before is kept, to hold the effect against. NotFound, GrantOver."""
    row = _decide(work, proposal_id, "accepted", actor=actor, note=note)
    row.rule_book = rule_book
    row.before = measure(work, row, until=work.now)
    return row


def dismiss(work: Work, proposal_id: int, *, actor: Actor, note: str) -> Proposal:
    """Not so; with the reason. It is left alone for three months."""
    if not note.strip():
        raise Invalid("Say why not.", field="note")
    return _decide(work, proposal_id, "dismissed", actor=actor, note=note)


def _decide(work: Work, proposal_id: int, state: str, *, actor: Actor, note: str) -> Proposal:
    row = proposals.get(work.session, proposal_id, lock=True)
    if row is None:
        raise NotFound
    if row.state != "open":
        raise GrantOver
    row.state, row.decided_at, row.decided_by = state, work.now, actor.agent_id
    row.note = note.replace("\x00", "").strip()[:500]
    work.record(ProposalDecided(agent_id=row.agent_id, actor=actor.label, proposal_id=row.id, state=state))
    return row


def measure(work: Work, row: Proposal, *, until: datetime) -> dict[str, Any]:
    """The subject in the four weeks before `until`: questions asked, of them no; matters served and given for."""
    asked, served = _period(work, until - LOOKED_AT, until)
    return rules.measured(row.kind, row.about, row.agent_id, asked, served)
