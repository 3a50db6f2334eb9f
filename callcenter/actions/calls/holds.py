"""Hold and its duration, as reported by the provider."""

from callcenter.domain.events import CallHeld, CallResumed
from callcenter.domain.interactions import State
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.work import Work


def begin(work: Work, interaction: Interaction) -> None:
    """Idempotent. Locked."""
    call = interaction.call
    if interaction.state == State.ACTIVE and call.held_since is None:
        call.held_since = work.now
        call.held_times += 1
        work.record(CallHeld(**interaction.about(), actor=f"agent:{interaction.agent_id}"))


def end(work: Work, interaction: Interaction) -> None:
    """Idempotent. Locked."""
    if interaction.call.held_since is not None:
        seconds = interaction.call.end_hold(work.now)
        work.record(CallResumed(**interaction.about(), actor=f"agent:{interaction.agent_id}", held_seconds=seconds))
