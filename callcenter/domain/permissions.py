"""Who may do what to which interaction or ticket. Doors ask here; nothing else decides."""

from dataclasses import dataclass

from callcenter.domain.agents import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a signed-in person or a token. `agent_id` is None for a token of a program."""

    role: Role
    agent_id: int | None
    name: str = ""

    @property
    def label(self) -> str:
        return f"agent:{self.agent_id}" if self.agent_id else f"token:{self.name}"

    @property
    def leads(self) -> bool:
        return self.role in (Role.SUPERVISOR, Role.ADMINISTRATOR)


def may_serve(actor: Actor, *, interaction_agent_id: int | None) -> bool:
    """Acts on a live call or conversation are for the one who serves it."""
    return actor.agent_id is not None and actor.agent_id == interaction_agent_id


def may_give(actor: Actor, *, ticket_owner_id: int | None, interaction_agent_id: int | None) -> bool:
    """To the customer one serves or whose matter one owns; whoever leads, to any."""
    return actor.leads or (actor.agent_id is not None and actor.agent_id in (ticket_owner_id, interaction_agent_id))


def may_see_interaction(actor: Actor, *, agent_id: int | None, offered_to: int | None, live: bool) -> bool:
    """What is live is for whom it concerns and for supervisors; what has ended is for all who serve the customer."""
    if actor.leads or not live:
        return True
    return actor.agent_id is not None and actor.agent_id in (agent_id, offered_to)


def audiences(actor: Actor) -> tuple[str, ...]:
    """The rooms whose events this person may hear."""
    own = (f"agent:{actor.agent_id}",) if actor.agent_id else ()
    return (*own, "supervisors", "wallboards") if actor.leads else own
