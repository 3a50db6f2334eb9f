"""Agents on the wallboard: what each is doing, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from callcenter.domain.agents import AgentState, Role, Status
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent


@dataclass(frozen=True, kw_only=True)
class AgentFigures:
    """`activity`: free, offered, on_call, conversations, wrap_up, else the status."""

    id: int
    name: str
    team: str
    status: str
    state: str
    activity: str
    since: str
    calls: int
    conversations: int
    missed: int


def figures(session: Session, people: Sequence[Agent], loads: dict[int, dict[str, int]]) -> list[AgentFigures]:
    teams = agents.team_names(session)
    return [
        AgentFigures(
            id=agent.id,
            name=agent.name,
            team=teams.get(agent.team_id or 0, ""),
            status=agent.status,
            state=agent.state,
            activity=_activity(agent, loads.get(agent.id, {})),
            since=_since(agent).isoformat(),
            calls=loads.get(agent.id, {}).get("voice", 0),
            conversations=loads.get(agent.id, {}).get("text", 0),
            missed=agent.missed_in_a_row,
        )
        for agent in people
        if agent.role == Role.AGENT
    ]


def _activity(agent: Agent, load: dict[str, int]) -> str:
    if agent.state == AgentState.BUSY:
        return "on_call" if load.get("voice") else "conversations"
    if agent.state != AgentState.IDLE:
        return agent.state
    return "free" if agent.status == Status.AVAILABLE else agent.status


def _since(agent: Agent) -> datetime:
    if agent.state != AgentState.IDLE:
        return agent.state_since
    return max(agent.status_since, agent.state_since) if agent.status == Status.AVAILABLE else agent.status_since
