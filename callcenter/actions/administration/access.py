"""Sign-in with rate limits, passwords and sessions of agents."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select

from callcenter import passwords
from callcenter.actions.agents import agents as presence
from callcenter.domain import languages
from callcenter.domain.errors import NotFound, TooManyTries
from callcenter.storage.administration import access
from callcenter.storage.administration.access import LoginTry
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent
from callcenter.storage.work import Work

WINDOW = timedelta(minutes=15)
PAUSE = timedelta(minutes=1)
TRIES_FOR_A_NAME = 5
TRIES_FROM_AN_ADDRESS = 20


def begin_try(work: Work, *, username: str, address: str) -> int:
    """Count a try before the password check; returns the tries left. TooManyTries during a pause."""
    name = username.strip().lower()[:200]
    # Counts parallel tries one by one, so none escapes the limit.
    work.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"login:{name}", 0))))
    before = _tries(work, name, address, since=work.now - WINDOW)
    lately = _tries(work, name, address, since=work.now - PAUSE)
    for count, recent, limit in zip(before, lately, (TRIES_FOR_A_NAME, TRIES_FROM_AN_ADDRESS), strict=True):
        # Refused tries are not counted, so they do not extend the pause.
        if count >= limit and recent:
            raise TooManyTries
    work.session.add(LoginTry(username=name, address=address, at=work.now))
    return max(0, TRIES_FOR_A_NAME - before[0] - 1)


def _tries(work: Work, name: str, address: str, *, since: datetime) -> tuple[int, int]:
    return access.tries(work.session, username=name, address=address, since=since)


def sign_in(work: Work, agent_id: int, *, username: str, password: str) -> Agent:
    """After a correct password: clear failed tries, rehash an outdated hash."""
    agent = presence.sign_in(work, agent_id)
    access.forget_tries(work.session, username=username.strip().lower()[:200])
    if passwords.is_dated(agent.password_hash):
        agent.password_hash = passwords.hashed(password)
    if not agent.session_key:
        agent.session_key = secrets.token_urlsafe(12)
    return agent


def set_password(work: Work, agent_id: int, *, password: str) -> None:
    """Also ends all sessions of this agent."""
    agent = _locked(work, agent_id)
    agent.password_hash = passwords.hashed(password)
    agent.session_key = secrets.token_urlsafe(12)


def sign_out_everywhere(work: Work, agent_id: int) -> None:
    presence.sign_out(work, agent_id, reason="everywhere")
    _locked(work, agent_id).session_key = secrets.token_urlsafe(12)


def choose_language(work: Work, agent_id: int, *, language: str) -> None:
    _locked(work, agent_id).language = languages.served(language)


def _locked(work: Work, agent_id: int) -> Agent:
    agent = agents.get(work.session, agent_id, lock=True)
    if agent is None:
        raise NotFound
    return agent
