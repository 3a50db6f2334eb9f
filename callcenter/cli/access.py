"""Accounts of staff and API tokens."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from callcenter.actions.administration import access, staff
from callcenter.cli.speech import CommandFailed, Misused, settings
from callcenter.domain.agents import Role
from callcenter.storage.administration import access as tokens
from callcenter.storage.agents import agents
from callcenter.wiring import Wiring

ROLES = click.Choice([role.value for role in Role])


@contextmanager
def open_wiring() -> Iterator[Wiring]:
    wiring = Wiring(settings())
    try:
        yield wiring
    finally:
        wiring.close()


@click.group()
def token() -> None:
    """Tokens with which programs use the API."""


@token.command("create")
@click.option("--role", type=ROLES, required=True)
@click.option("--agent", "username", help="Act as this person (user name).")
@click.option("--name", required=True, help="What it is for.")
def create_token(role: str, username: str | None, name: str) -> None:
    """Create an API token and print it. It is shown once: only its hash is stored."""
    with open_wiring() as wiring:
        with wiring.work() as work:
            row, secret = staff.issue_token(work, name=name, role=role, username=username)
        click.echo(f"Token {row.id} ({name}), role {role}. Keep it safe, it is not shown again:", err=True)
        click.echo(secret)


@token.command("list")
def list_tokens() -> None:
    """List all tokens, without their secrets."""
    with open_wiring() as wiring, wiring.reading() as session:
        names = agents.names(session)
        for row in tokens.tokens(session):
            ended = f"revoked {row.revoked_at:%Y-%m-%d}" if row.revoked_at else "valid"
            acts = f"as {names.get(row.agent_id, '?')}" if row.agent_id else "program"
            click.echo(f"{row.id:>4}  {row.name:<24} {row.role:<14} {acts:<24} {row.created_at:%Y-%m-%d}  {ended}")


@token.command("revoke")
@click.argument("token_id", type=int)
def revoke_token(token_id: int) -> None:
    """Revoke a token at once."""
    with open_wiring() as wiring:
        with wiring.work() as work:
            row = staff.revoke_token(work, token_id)
        click.echo(f"Token {row.id} ({row.name}) opens nothing any more.")


@click.group()
def user() -> None:
    """Accounts of staff: agents, supervisors, administrators."""


@user.command("create")
@click.argument("username")
@click.option("--role", type=ROLES, default=Role.AGENT.value, show_default=True)
@click.option("--name", help="As colleagues and pages call them.")
@click.option("--email")
@click.option("--language", default="en", show_default=True, help="Of their pages: en or zh.")
@click.option("--speaks", multiple=True, help="A language they serve in; may be given several times.")
@click.option("--skill", "skills", multiple=True, metavar="NAME[:LEVEL]", help="May be given several times.")
@click.option("--zone", default="UTC", show_default=True, help="Their time zone, such as America/Los_Angeles.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create_user(
    username: str,
    role: str,
    name: str | None,
    email: str | None,
    language: str,
    speaks: tuple[str, ...],
    skills: tuple[str, ...],
    zone: str,
    password_stdin: bool,
) -> None:
    """Create an account. Asks for the password."""
    password = _password(from_stdin=password_stdin)
    with open_wiring() as wiring:
        with wiring.work() as work:
            staff.hire(
                work,
                username=username,
                name=name or username,
                role=role,
                password=password,
                email=email,
                language=language,
                spoken=speaks,
                skills=dict(_skill(text) for text in skills),
                zone=zone,
            )
        click.echo(f"{name or username} may sign in as {username.lower()} ({role}).")


@user.command("password")
@click.argument("username")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def set_password(username: str, password_stdin: bool) -> None:
    """Set a new password and end the account's sessions."""
    with open_wiring() as wiring:
        with wiring.reading() as session:
            agent = agents.by_name(session, username)
        if agent is None:
            raise CommandFailed(f"There is nobody of the name {username}. See: callcenter user list")
        password = staff.checked(_password(from_stdin=password_stdin))
        with wiring.work() as work:
            access.set_password(work, agent.id, password=password)
        click.echo(f"{agent.name} has a new password and signs in again everywhere.")


@user.command("list")
def list_users() -> None:
    """List the active accounts."""
    with open_wiring() as wiring, wiring.reading() as session:
        for agent in agents.all_active(session):
            skills = ", ".join(f"{name}:{level}" for name, level in agent.skills.items())
            speaks = "+".join(agent.languages)
            click.echo(f"{agent.id:>4}  {agent.username:<16} {agent.role:<14} {speaks:<6} {agent.name:<24} {skills}")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _skill(text: str) -> tuple[str, int]:
    name, _, level = text.partition(":")
    if level and not level.isdigit():
        raise Misused(f"A skill is NAME or NAME:LEVEL with a whole number, not {text}.")
    return name, int(level or 1)
