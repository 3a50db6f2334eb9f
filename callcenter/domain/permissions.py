"""Who may do what; nothing else decides."""

from dataclasses import dataclass

from callcenter.domain.agents import Role


@dataclass(frozen=True, slots=True)
class Actor:
    role: Role
    agent_id: int | None  # None for a program's token
    name: str = ""

    @property
    def label(self) -> str:
        return f"agent:{self.agent_id}" if self.agent_id else f"token:{self.name}"

    @property
    def leads(self) -> bool:
        return self.role in (Role.SUPERVISOR, Role.ADMINISTRATOR)


def may_serve(actor: Actor, *, interaction_agent_id: int | None) -> bool:
    return actor.agent_id is not None and actor.agent_id == interaction_agent_id


def may_grant(actor: Actor, *, ticket_owner_id: int | None, interaction_agent_id: int | None) -> bool:
    # Agents to the customer they serve or whose ticket they own.
    return actor.leads or (actor.agent_id is not None and actor.agent_id in (ticket_owner_id, interaction_agent_id))


def may_state_facts(actor: Actor) -> bool:
    """Whether what they set counts as true for the rules of grants: supervisors, administrators, and programs."""
    # Agents are bound by these facts: what they set is their claim.
    return actor.leads or actor.agent_id is None


def may_answer_request(actor: Actor, *, asked_by: int | None, is_of_department: bool) -> bool:
    """The department, its programs, and who leads; never who asked, for the grant is theirs."""
    if actor.agent_id is None:
        return True
    return actor.agent_id != asked_by and (is_of_department or actor.leads)


def may_see_interaction(actor: Actor, *, agent_id: int | None, offered_to: int | None, live: bool) -> bool:
    # Ended interactions are visible to all agents.
    if actor.leads or not live:
        return True
    return actor.agent_id is not None and actor.agent_id in (agent_id, offered_to)


def audiences(actor: Actor) -> tuple[str, ...]:
    """Rooms whose events the actor receives."""
    own = (f"agent:{actor.agent_id}",) if actor.agent_id else ()
    return (*own, "supervisors", "wallboards") if actor.leads else own
