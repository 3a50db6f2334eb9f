"""Transitions of an interaction: connected, served, finished without an agent."""

from callcenter.domain.events import CallConnected, CallEnded
from callcenter.domain.interactions import EndedBy, Result, State
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.work import Work


def connect(work: Work, interaction: Interaction) -> None:
    """Locked, once a call."""
    interaction.answered_at = work.now
    waited = interaction.waited_seconds(work.now)
    work.record(CallConnected(**interaction.about(), actor=f"agent:{interaction.agent_id}", waited_seconds=waited))


def served(work: Work, interaction: Interaction, *, by: EndedBy) -> None:
    """Locked and active; the wrap-up follows."""
    if interaction.channel.is_voice:
        interaction.call.end(work.now)
    interaction.unanswered_since = None
    interaction.ended_at, interaction.ended_by, interaction.result = work.now, by, Result.SERVED
    interaction.state = State.WRAP_UP


def finish(work: Work, interaction: Interaction, *, by: EndedBy, result: Result) -> None:
    """Ended without an agent. Locked; the caller of this function releases an agent with an offer."""
    interaction.state, interaction.ended_at, interaction.finished_at = State.ENDED, work.now, work.now
    interaction.ended_by, interaction.result = by, result
    if interaction.channel.is_voice:
        interaction.call.end(work.now)
    tell(work, interaction, by=by, result=result)


def tell(work: Work, interaction: Interaction, *, by: EndedBy, result: Result) -> None:
    work.record(
        CallEnded(
            **interaction.about(),
            actor=by if by != EndedBy.AGENT else f"agent:{interaction.agent_id}",
            by=by,
            result=result,
            waited_seconds=interaction.waited_seconds(work.now),
            talked_seconds=interaction.talked_seconds(work.now),
        ),
        interaction,
    )
