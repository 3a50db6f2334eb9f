"""Accounts of staff and API tokens."""

import secrets
from zoneinfo import available_timezones

from callcenter import passwords
from callcenter.domain import languages, texts
from callcenter.domain.agents import AgentState, Role, Status
from callcenter.domain.errors import Invalid, NotFound
from callcenter.storage.administration import access
from callcenter.storage.administration.access import Token
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent
from callcenter.storage.work import Work

PREFIX = "cc_"


def hire(
    work: Work,
    *,
    username: str,
    name: str,
    role: str,
    password: str,
    email: str | None = None,
    language: str = "en",
    spoken: tuple[str, ...] = (),
    skills: dict[str, int] | None = None,
    zone: str = "UTC",
) -> Agent:
    """Invalid for a taken name, unknown role or zone, or short password."""
    plain = username.strip().lower()
    if not plain or any(c.isspace() for c in plain):
        raise Invalid("A user name has no spaces.", field="username")
    if agents.by_name(work.session, plain) or (email and agents.by_name(work.session, email)):
        raise Invalid("There is already somebody of this name.", field="username")
    if role not in set(Role):
        raise Invalid("A role is agent, supervisor or administrator.", field="role")
    if zone not in available_timezones():
        raise Invalid("There is no such time zone; one is America/Los_Angeles.", field="zone")
    agent = Agent(
        username=plain,
        email=email,
        name=texts.one_line(name, 200) or plain,
        password_hash=passwords.hashed(checked(password)),
        role=role,
        language=languages.served(language),
        zone=zone,
        languages=list(spoken or (languages.served(language),)),
        skills=skills or {},
        status=Status.SIGNED_OUT,
        status_since=work.now,
        state=AgentState.IDLE,
        state_since=work.now,
        idle_since=work.now,
        session_key=secrets.token_urlsafe(12),
        created_at=work.now,
    )
    work.session.add(agent)
    work.session.flush()
    return agent


def checked(password: str) -> str:
    if len(password) < passwords.SHORTEST:
        raise Invalid("A password has at least %(shortest)d characters.", field="password", shortest=passwords.SHORTEST)
    return password


def issue_token(work: Work, *, name: str, role: str, username: str | None = None) -> tuple[Token, str]:
    """(token, secret). With a username the token acts as that agent."""
    if role not in set(Role):
        raise Invalid("A role is agent, supervisor or administrator.", field="role")
    agent = agents.by_name(work.session, username) if username else None
    if username and agent is None:
        raise NotFound("There is nobody of the name %(name)s.", name=username)
    if agent and role not in (agent.role, Role.AGENT):
        raise Invalid("%(name)s has the role %(role)s; a token gives no more.", name=agent.name, role=agent.role)
    # Only its hash is stored.
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token(
        name=name,
        hash=access.hash_of(secret),
        role=role,
        agent_id=agent.id if agent else None,
        created_at=work.now,
    )
    work.session.add(token)
    work.session.flush()
    return token, secret


def revoke_token(work: Work, token_id: int) -> Token:
    """Idempotent."""
    token = work.session.get(Token, token_id)
    if token is None:
        raise NotFound("There is no token %(id)d.", id=token_id)
    token.revoked_at = token.revoked_at or work.now
    return token
