"""Agents and the token's own agent: status, current work, voice token."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from callcenter import wiring
from callcenter.actions.agents import agents as acts
from callcenter.api import cursors
from callcenter.api.authentication import me
from callcenter.api.interactions import InteractionShown
from callcenter.api.offers import OfferShown
from callcenter.api.operations import operation
from callcenter.api.problems import ApiProblem
from callcenter.api.shapes import Listing, Page, RequestBody, ResponseBody, Text
from callcenter.declared import everyone
from callcenter.domain.agents import AgentState, Role, Status, identity
from callcenter.domain.errors import NotFound
from callcenter.settings import Settings
from callcenter.storage.agents import agents
from callcenter.storage.calls import interactions
from callcenter.storage.routing import offers
from callcenter.telephony.voice_token import TTL_SECONDS, voice_token

NO_AGENT = {403: ("no-agent",)}


class AgentShown(ResponseBody):
    """A member of staff. `status` is chosen by the agent, `state` is set by the system."""

    id: int
    username: str
    name: str
    role: Role
    team_id: int | None
    language: str
    languages: Annotated[list[str], Field(description="Spoken with customers.")]
    skills: Annotated[dict[str, int], Field(description="Level by skill.")]
    max_conversations: int
    status: Status
    status_since: datetime
    status_reason: str
    next_status: Annotated[Status | None, Field(description="Begins when the work in hand is done.")]
    next_reason: Annotated[str, Field(description="Of which kind the break then is; empty for none.")]
    state: AgentState
    state_since: datetime


class Agents(Page[AgentShown]):
    pass


class Me(AgentShown):
    """The token's own agent with current interactions and offers: all that a desk needs on start."""

    zone: str
    email: str | None
    desk_telephone: str | None
    interactions: list[InteractionShown]
    offers: list[OfferShown]


class AgentsAsked(Listing):
    status: Status | None = None


class StatusSent(RequestBody):
    status: Literal[Status.AVAILABLE, Status.BREAK, Status.UNAVAILABLE, Status.SIGNED_OUT]
    reason: Annotated[Text, Field(max_length=60, description="The kind of break, by its key; empty for none.")] = ""


class VoiceToken(ResponseBody):
    """A token for Twilio's Voice SDK. `device_url`: address of the simulated telephone in the demo, else null."""

    token: str
    identity: str
    ttl: Annotated[int, Field(description="Seconds for which the token is good.")]
    device_url: str | None


@operation("GET", "/agents", query=AgentsAsked, answer=Agents)
@everyone
def list_agents(query: AgentsAsked) -> Agents:
    """List active agents."""
    with wiring.current().reading() as session:
        after = cursors.read(query, "agents") or 0
        rows = agents.page(session, after=after, status=query.status, limit=query.limit + 1)
    page, following = cursors.cut(rows, query, "agents")
    return Agents(data=AgentShown.all_of(page), next=following)


@operation("GET", "/agents/{agent_id}", answer=AgentShown)
@everyone
def get_agent(agent_id: int) -> AgentShown:
    """Get an agent."""
    with wiring.current().reading() as session:
        found = agents.get(session, agent_id)
    if found is None or not found.is_active:
        raise NotFound
    return AgentShown.of(found)


@operation("GET", "/agents/me", answer=Me, refuses=NO_AGENT)
@everyone
def get_me() -> Me:
    """Get the token's own agent, with current interactions and offers."""
    with wiring.current().reading() as session:
        agent = agents.get(session, me())
        if agent is None:
            raise NotFound
        return Me(
            **AgentShown.of(agent).model_dump(),
            zone=agent.zone,
            email=agent.email,
            desk_telephone=agent.desk_telephone,
            interactions=InteractionShown.all_of(interactions.of_agent(session, agent.id)),
            offers=OfferShown.all_of(offers.open_of_agent(session, agent.id)),
        )


@operation("PUT", "/agents/me/status", body=StatusSent, answer=Me, refuses=NO_AGENT)
@everyone
def set_status(body: StatusSent) -> Me:
    """Set the agent's status.

    A signed-out agent is signed in first; `signed_out` signs out and releases the agent's offers. During work a break
    is scheduled and shown as `next_status`. Idempotent.
    """
    with wiring.current().work() as work:
        if body.status == Status.SIGNED_OUT:
            acts.sign_out(work, me())
        else:
            agent = agents.get(work.session, me(), lock=True)
            if agent and agent.status == Status.SIGNED_OUT:
                agent = acts.sign_in(work, me())
            if agent and (agent.next_status, agent.next_reason) != (body.status, body.reason):
                acts.choose_status(work, me(), body.status, reason=body.reason)
    return get_me()


@operation(
    "POST", "/agents/me/voice-token", answer=VoiceToken, refuses={**NO_AGENT, 503: ("telephony-not-configured",)}
)
@everyone
def issue_voice_token() -> VoiceToken:
    """Issue a token with which the agent's browser joins calls (Twilio's Voice SDK: new Device(token))."""
    settings = wiring.current().settings
    name = identity(me())
    if not _is_configured(settings):
        text = "Calls in the browser are not configured: the API key, its secret and the TwiML app are needed."
        raise ApiProblem(503, "telephony-not-configured", text)
    token = voice_token(settings, name)
    return VoiceToken(token=token, identity=name, ttl=TTL_SECONDS, device_url=settings.simulator_url or None)


def _is_configured(settings: Settings) -> bool:
    return all((settings.twilio_api_key, settings.twilio_api_secret, settings.twilio_twiml_app_sid))
