"""Presence of agents: sign in, status, sign out, connection loss."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from callcenter.actions.routing import agent_state, offers, routing
from callcenter.domain.agents import CHOOSABLE, AgentState, Status
from callcenter.domain.errors import Invalid
from callcenter.domain.events import SignedIn, SignedOut
from callcenter.domain.interactions import State
from callcenter.storage.administration import company
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent
from callcenter.storage.calls import interactions
from callcenter.storage.work import Work

HEARTBEAT_LOST = offers.HEARTBEAT_LOST


def choose_status(work: Work, agent_id: int, status: str, *, reason: str = "") -> Agent:
    """`reason`: break reason. During work a break is scheduled for afterwards; choosing it again cancels it.

    Invalid for an unknown status or reason.
    """
    _check(work, status, reason)
    agent = agent_state.locked(work, agent_id)
    if status != Status.AVAILABLE and agent.state != AgentState.IDLE:
        if (agent.next_status, agent.next_reason) == (status, reason):
            return _take_back(work, agent)
        agent.next_status, agent.next_reason = Status(status), reason
        agent_state.tell_status(work, agent, before=agent.status, reason="after_this")
        return agent
    agent.next_status, agent.next_reason = None, ""
    if status == Status.AVAILABLE:
        agent.missed_in_a_row = 0
        _expect(work, agent_id)
    agent_state.set_status(work, agent, Status(status), actor=f"agent:{agent.id}", reason=reason)
    routing.next_for(work, agent.id)
    return agent


def _check(work: Work, status: str, reason: str) -> None:
    if status not in CHOOSABLE:
        raise Invalid("A status is available, break or unavailable.", field="status")
    if reason and (status != Status.BREAK or reason not in {kind.key for kind in company.break_reasons(work.session)}):
        raise Invalid("There is no such kind of break.", field="reason")


def take_back_request(work: Work, agent_id: int) -> Agent:
    """Cancel the scheduled status. Idempotent."""
    agent = agent_state.locked(work, agent_id)
    return _take_back(work, agent) if agent.next_status else agent


def _take_back(work: Work, agent: Agent) -> Agent:
    agent.next_status, agent.next_reason = None, ""
    agent_state.tell_status(work, agent, before=agent.status, reason="after_this")
    routing.next_for(work, agent.id)
    return agent


def sign_in(work: Work, agent_id: int) -> Agent:
    agent = agent_state.locked(work, agent_id)
    if agent.status == Status.SIGNED_OUT:
        # Not available: the agent chooses that.
        agent_state.set_status(work, agent, Status.UNAVAILABLE, actor=f"agent:{agent.id}")
    _expect(work, agent_id)
    work.record(SignedIn(agent_id=agent.id, actor=f"agent:{agent.id}"))
    return agent


def _expect(work: Work, agent_id: int) -> None:
    # The page's socket may still be connecting: restart the grace period.
    agents.expect(work.session, agent_id, silent_before=work.now - HEARTBEAT_LOST, now=work.now)


def sign_out(work: Work, agent_id: int, *, reason: str = "") -> None:
    """Withdraws offers and returns conversations to the queue; a call in progress continues."""
    # Lock order: interactions, then agent.
    in_hand = interactions.of_agent(work.session, agent_id, lock=True)
    agent = agent_state.locked(work, agent_id)
    agent.next_status, agent.next_reason = None, ""
    agent_state.set_status(work, agent, Status.SIGNED_OUT, actor=f"agent:{agent.id}", reason=reason)
    for interaction in in_hand:
        if interaction.state == State.OFFERED:
            offers.release(work, interaction.id, agent_id=agent_id, reason="signed_out")
        elif interaction.state == State.ACTIVE and not interaction.channel.is_voice:
            offers.give_back(work, interaction.id, reason="signed_out")
    work.record(SignedOut(agent_id=agent.id, actor=f"agent:{agent.id}", reason=reason))


def connected(work: Work, *, sid: str, agent_id: int) -> None:
    agents.connect(work.session, sid=sid, agent_id=agent_id, now=work.now)


def seen(work: Work, *, sid: str) -> None:
    agents.seen(work.session, sid=sid, now=work.now)


def disconnected(work: Work, *, sid: str) -> None:
    agents.disconnect(work.session, sid=sid, now=work.now)


def gone(session: Session, *, now: datetime, grace: timedelta) -> Sequence[int]:
    """Ids of available agents without a live browser for longer than `grace`."""
    return agents.lost(session, silent_before=now - HEARTBEAT_LOST - grace, gone_before=now - grace)


def lose(work: Work, agent_id: int, *, grace: timedelta) -> None:
    # Offers are released in a later unit of work: interactions lock before agents.
    agent = agent_state.locked(work, agent_id)
    # Calls continue.
    if agent.status == Status.AVAILABLE and agent_id in gone(work.session, now=work.now, grace=grace):
        agent_state.set_status(work, agent, Status.UNAVAILABLE, reason="connection_lost")


def free(work: Work, agent_id: int) -> None:
    """Release the offers of an agent who is gone."""
    agent = agents.get(work.session, agent_id)
    if agent is None or agent.status not in (Status.SIGNED_OUT, Status.UNAVAILABLE):
        return
    reason = "signed_out" if agent.status == Status.SIGNED_OUT else "connection_lost"
    for interaction in interactions.of_agent(work.session, agent_id, lock=True):
        if interaction.state == State.OFFERED:
            offers.release(work, interaction.id, agent_id=agent_id, reason=reason)
