"""The customer on hold, as the telephone company carried it out, and for how long."""

from callcenter.domain.events import CallHeld, CallResumed
from callcenter.domain.interactions import State
from callcenter.storage.interactions import Interaction
from callcenter.storage.work import Work


def begin(work: Work, interaction: Interaction) -> None:
    """On hold; twice is as once. Locked."""
    if interaction.state == State.ACTIVE and interaction.held_since is None:
        interaction.held_since = work.now
        interaction.held_times += 1
        work.record(CallHeld(**interaction.about(), actor=f"agent:{interaction.agent_id}"))


def end(work: Work, interaction: Interaction) -> None:
    """Off hold; twice is as once. Locked."""
    if interaction.held_since is not None:
        seconds = close(work, interaction)
        work.record(CallResumed(**interaction.about(), actor=f"agent:{interaction.agent_id}", held_seconds=seconds))


def close(work: Work, interaction: Interaction) -> int:
    """Count a hold that ends with the call, or with the agent's line; its seconds."""
    if interaction.held_since is None:
        return 0
    seconds = max(0, int((work.now - interaction.held_since).total_seconds()))
    interaction.held_seconds += seconds
    interaction.held_since = None
    return seconds
