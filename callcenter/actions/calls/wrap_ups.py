"""Wrap-up after a contact: outcome, note and ticket, with a timer on the server. Notes survive a timeout."""

from datetime import timedelta

from callcenter.actions.calls import call_lifecycle
from callcenter.actions.routing import agent_state, offers
from callcenter.actions.tickets import tickets
from callcenter.domain import texts
from callcenter.domain import tickets as ticket_rules
from callcenter.domain.errors import Invalid, NoMoreTime, NotFound, NotYourInteraction, WrapUpEnded
from callcenter.domain.events import CallEnded, ConversationEnded, NoteWritten, WrapUpExtended, WrapUpFinished
from callcenter.domain.interactions import EndedBy, Outcome, Result, State
from callcenter.domain.permissions import Actor, may_serve
from callcenter.storage.administration import company
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.calls.wrap_ups import WrapUp
from callcenter.storage.tickets import tickets as ticket_rows
from callcenter.storage.work import Work

EXTENSION = timedelta(seconds=30)
NOTE_LIMIT = 10_000


def call_ended(work: Work, event: CallEnded) -> None:
    interaction = interactions.get(work.session, event.interaction_id) if event.interaction_id else None
    if interaction and event.result == Result.SERVED:
        begin(work, interaction)


def begin(work: Work, interaction: Interaction) -> None:
    """As the queue sets it: timed, mandatory (no timer) or none. Locked."""
    queue = company.queue(work.session, interaction.queue_id) if interaction.queue_id else None
    mode = queue.policy.wrap_up if queue else "timed"
    seconds = queue.wrap_up_seconds if queue else 90
    limit = queue.wrap_up_limit_seconds if queue else 300
    offers.withdraw(work, interaction)
    if mode == "none" or (mode == "timed" and seconds == 0):
        _over(work, interaction, None if interaction.channel.is_voice else Outcome.SOLVED, note="")
        return
    if mode == "timed":
        wrap_up = _of(interaction)
        wrap_up.ends_at = work.now + timedelta(seconds=seconds)
        wrap_up.latest_end_at = work.now + timedelta(seconds=max(seconds, limit))
    if interaction.agent_id:
        agent_state.refresh_state(work, interaction.agent_id)


def end_conversation(work: Work, interaction_id: int, *, actor: Actor) -> None:
    interaction = _mine(work, interaction_id, actor)
    if interaction.state != State.ACTIVE or interaction.channel.is_voice:
        return
    call_lifecycle.served(work, interaction, by=EndedBy.AGENT)
    begin(work, interaction)
    work.record(
        ConversationEnded(
            **interaction.about(),
            actor=actor.label,
            by=EndedBy.AGENT,
        )
    )


def extend(work: Work, interaction_id: int, *, actor: Actor) -> None:
    """30 seconds more, up to the queue's limit; does nothing without a timer. WrapUpEnded, NoMoreTime."""
    interaction = _mine(work, interaction_id, actor)
    if interaction.state != State.WRAP_UP:
        raise WrapUpEnded
    wrap_up = interaction.wrap_up
    if wrap_up is None or wrap_up.ends_at is None or wrap_up.latest_end_at is None:
        return
    if wrap_up.ends_at >= wrap_up.latest_end_at:
        raise NoMoreTime
    until = min(wrap_up.ends_at + EXTENSION, wrap_up.latest_end_at)
    seconds = int((until - wrap_up.ends_at).total_seconds())
    wrap_up.ends_at = until
    work.record(
        WrapUpExtended(interaction_id=interaction.id, agent_id=interaction.agent_id, actor=actor.label, seconds=seconds)
    )


def finish(work: Work, interaction_id: int, *, outcome: str, note: str, actor: Actor) -> None:
    """Also after a timeout. Idempotent for the same outcome; WrapUpEnded, Invalid."""
    interaction = _mine(work, interaction_id, actor)
    if outcome not in set(Outcome):
        raise Invalid("Choose how it ended.", field="outcome")
    text = texts.clean(note, NOTE_LIMIT)
    if interaction.state == State.ENDED and interaction.outcome == outcome:
        return
    if interaction.state == State.ENDED and (interaction.outcome or interaction.result != Result.SERVED):
        raise WrapUpEnded
    if interaction.state not in (State.WRAP_UP, State.ENDED):
        raise Invalid("The customer is still there.", field="outcome")
    _over(work, interaction, Outcome(outcome), note=text)


def run_out(work: Work, interaction_id: int) -> None:
    interaction = interactions.get(work.session, interaction_id, lock=True)
    if interaction is None or interaction.state != State.WRAP_UP:
        return
    wrap_up = interaction.wrap_up
    if wrap_up and wrap_up.ends_at and wrap_up.ends_at <= work.now:
        _over(work, interaction, None, note=interaction.note)


def keep_note(work: Work, interaction_id: int, *, note: str, actor: Actor) -> None:
    interaction = _mine(work, interaction_id, actor)
    _of(interaction).note = texts.clean(note, NOTE_LIMIT)
    work.record(
        NoteWritten(
            **interaction.about(),
            actor=actor.label,
            note=interaction.note[:200],
        )
    )


def _over(work: Work, interaction: Interaction, outcome: Outcome | None, *, note: str) -> None:
    was_open = interaction.state == State.WRAP_UP
    wrap_up = _of(interaction)
    wrap_up.outcome, wrap_up.note, wrap_up.ends_at = outcome, note or wrap_up.note, None
    interaction.state, interaction.finished_at = State.ENDED, interaction.finished_at or work.now
    work.record(
        WrapUpFinished(
            **interaction.about(),
            actor=f"agent:{interaction.agent_id}" if outcome else "system",
            outcome=outcome or "",
            note=wrap_up.note[:1000],
        )
    )
    if outcome and interaction.ticket_id:
        ticket = ticket_rows.get(work.session, interaction.ticket_id, lock=True)
        if ticket and ticket.is_unsolved:
            after = {"status": ticket_rules.AFTER[outcome]}
            by = interaction.agent_id
            tickets.set_fields(work, ticket, after, actor=f"agent:{by}", claimed_by=by)
    if was_open:
        offers.free(work, interaction, offers.close(work, interaction.id))


def _of(interaction: Interaction) -> WrapUp:
    """Its wrap-up, begun where there is none. The interaction must be locked."""
    if interaction.wrap_up is None:
        interaction.wrap_up = WrapUp(note="")
    return interaction.wrap_up


def _mine(work: Work, interaction_id: int, actor: Actor) -> Interaction:
    interaction = interactions.get(work.session, interaction_id, lock=True)
    if interaction is None:
        raise NotFound
    if not may_serve(actor, interaction_agent_id=interaction.agent_id):
        raise NotYourInteraction
    return interaction
