"""Changes of status and state, each stored as an interval. Permissions are checked by the callers."""

from callcenter.domain.agents import AgentState, Status, state_of
from callcenter.domain.errors import NotFound
from callcenter.domain.events import StateChanged, StatusChanged
from callcenter.domain.interactions import State
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent
from callcenter.storage.calls import interactions
from callcenter.storage.work import Work


def set_status(work: Work, agent: Agent, status: Status, *, actor: str = "system", reason: str = "") -> None:
    """Where status or break reason differ. The agent's row must be locked."""
    before = agent.status
    if before == status and (status != Status.BREAK or agent.status_reason == reason):
        return
    agent.status, agent.status_since, agent.status_reason = status, work.now, reason
    if status == Status.AVAILABLE:
        agent.idle_since = work.now
    agents.begin_interval(
        work.session, agent_id=agent.id, kind="status", value=status, now=work.now, reason=reason, actor=actor
    )
    tell_status(work, agent, before=before, reason=reason, actor=actor)


def tell_status(work: Work, agent: Agent, *, before: str, reason: str, actor: str | None = None) -> None:
    by = actor or f"agent:{agent.id}"
    work.record(StatusChanged(agent_id=agent.id, actor=by, status=agent.status, before=before, reason=reason))


def refresh_state(work: Work, agent_id: int) -> None:
    """Derive the state from open work; once idle, start a requested status."""
    work.session.flush()
    agent = locked(work, agent_id)
    states = [interaction.state for interaction in interactions.of_agent(work.session, agent_id)]
    state = state_of(
        offered=states.count(State.OFFERED), active=states.count(State.ACTIVE), wrap_up=states.count(State.WRAP_UP)
    )
    before = agent.state
    if state != before:
        agent.state, agent.state_since = state, work.now
        if state == AgentState.IDLE:
            agent.idle_since = work.now
        _tell_state(work, agent, before=before)
    if state == AgentState.IDLE and agent.next_status:
        status, reason = Status(agent.next_status), agent.next_reason
        agent.next_status, agent.next_reason = None, ""
        set_status(work, agent, status, actor=f"agent:{agent.id}", reason=reason)


def _tell_state(work: Work, agent: Agent, *, before: str) -> None:
    agents.begin_interval(
        work.session, agent_id=agent.id, kind="state", value=agent.state, now=work.now, reason="", actor="system"
    )
    work.record(StateChanged(agent_id=agent.id, state=agent.state, before=before))


def miss(work: Work, agent_id: int, *, allowed: int) -> None:
    """After `allowed` unanswered offers in a row the agent is set to not answering."""
    agent = locked(work, agent_id)
    agent.missed_in_a_row += 1
    if agent.missed_in_a_row >= allowed and agent.status == Status.AVAILABLE:
        set_status(work, agent, Status.NOT_ANSWERING, reason="missed")


def locked(work: Work, agent_id: int) -> Agent:
    work.session.flush()
    agent = agents.get(work.session, agent_id, lock=True)
    if agent is None:
        raise NotFound
    return agent


def answered(work: Work, agent_id: int) -> None:
    agent = locked(work, agent_id)
    agent.missed_in_a_row, agent.idle_since = 0, work.now


def finished(work: Work, agent_id: int) -> None:
    """With other work in hand too: the next turn counts from the last thing begun or ended."""
    locked(work, agent_id).idle_since = work.now
