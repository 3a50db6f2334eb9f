"""Status is what the agent chose, state is what the system knows; neither is derived from the other."""

from enum import StrEnum


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Status(StrEnum):
    AVAILABLE = "available"
    BREAK = "break"
    UNAVAILABLE = "unavailable"
    NOT_ANSWERING = "not_answering"
    SIGNED_OUT = "signed_out"


CHOOSABLE = (Status.AVAILABLE, Status.BREAK, Status.UNAVAILABLE)


class AgentState(StrEnum):
    IDLE = "idle"
    OFFERED = "offered"
    BUSY = "busy"
    WRAP_UP = "wrap_up"


def identity(agent_id: int) -> str:
    """Agent name at the provider: unique, and without characters that need encoding."""
    return f"agent-{agent_id}"


def agent_of_identity(name: str) -> int | None:
    head, _, tail = name.removeprefix("client:").rpartition("-")
    return int(tail) if head == "agent" and tail.isascii() and tail.isdigit() else None


def state_of(*, offered: int, active: int, wrap_up: int) -> AgentState:
    if offered:
        return AgentState.OFFERED
    if active:
        return AgentState.BUSY
    return AgentState.WRAP_UP if wrap_up else AgentState.IDLE
