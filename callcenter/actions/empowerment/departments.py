"""Departments, ticket causes and external systems: what grant rules refer to."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from callcenter.actions.administration.queues import checked_names, must_administer, plain
from callcenter.domain import queues
from callcenter.domain.errors import Invalid, NotFound
from callcenter.domain.permissions import Actor
from callcenter.domain.setup_events import RuleWordsChanged
from callcenter.storage.administration import settings_cache
from callcenter.storage.agents.agents import Team
from callcenter.storage.empowerment import departments
from callcenter.storage.empowerment.departments import Cause, Department, System
from callcenter.storage.work import Work

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LONGEST_URL = 400


def add_department(work: Work, *, key: str, names: dict[str, str], actor: Actor) -> Department:
    must_administer(actor)
    taken = {one.key for one in departments.departments(work.session)}
    row = Department(key=_free_key(key, taken), names=checked_names(names))
    work.session.add(row)
    _record_change(work, f"department.{row.key}", None, row.names, actor)
    return row


def rename_department(work: Work, department_id: int, *, names: dict[str, str], actor: Actor) -> Department:
    must_administer(actor)
    row = work.session.get(Department, department_id)
    if row is None:
        raise NotFound
    before, row.names = row.names, checked_names(names)
    _record_change(work, f"department.{row.key}", before, row.names, actor)
    return row


def set_team(work: Work, team_id: int, *, department_id: int | None, actor: Actor) -> Team:
    must_administer(actor)
    team = work.session.get(Team, team_id)
    if team is None or (department_id is not None and work.session.get(Department, department_id) is None):
        raise NotFound
    before, team.department_id = team.department_id, department_id
    _record_change(work, f"team.{team.id}.department", before, department_id, actor)
    return team


def add_cause(work: Work, *, key: str, names: dict[str, str], department_id: int | None, actor: Actor) -> Cause:
    must_administer(actor)
    taken = {one.key for one in departments.every_cause(work.session)}
    row = Cause(key=_free_key(key, taken), names=checked_names(names), department_id=_known(work, department_id))
    work.session.add(row)
    _record_change(work, f"cause.{row.key}", None, [row.names, department_id], actor)
    return row


def change_cause(
    work: Work, cause_id: int, *, names: dict[str, str], department_id: int | None, is_active: bool, actor: Actor
) -> Cause:
    """An inactive cause is no longer offered; its tickets and rules stay."""
    must_administer(actor)
    row = work.session.get(Cause, cause_id)
    if row is None:
        raise NotFound
    before = [row.names, row.department_id, row.is_active]
    row.names, row.department_id, row.is_active = checked_names(names), _known(work, department_id), is_active
    _record_change(work, f"cause.{row.key}", before, [row.names, department_id, is_active], actor)
    return row


def _known(work: Work, department_id: int | None) -> int | None:
    if department_id is not None and work.session.get(Department, department_id) is None:
        raise NotFound
    return department_id


def add_system(work: Work, *, key: str, url: str, actor: Actor) -> tuple[System, str]:
    """(system, secret for signatures)."""
    must_administer(actor)
    taken = {one.key for one in departments.systems(work.session)}
    # Shown to the administrator once.
    secret = secrets.token_urlsafe(32)
    row = System(key=_free_key(key, taken), url=_checked_url(url), secret=secret)
    work.session.add(row)
    _record_change(work, f"system.{row.key}", None, row.url, actor)
    return row, secret


def change_system(work: Work, system_id: int, *, url: str, is_active: bool, actor: Actor) -> System:
    row = _system(work, system_id, actor)
    before = [row.url, row.is_active]
    row.url, row.is_active = _checked_url(url), is_active
    _record_change(work, f"system.{row.key}", before, [row.url, is_active], actor)
    return row


def renew_secret(work: Work, system_id: int, *, actor: Actor) -> tuple[System, str]:
    """(system, new secret); the old one stops working at once."""
    row = _system(work, system_id, actor)
    row.secret = secrets.token_urlsafe(32)
    _record_change(work, f"system.{row.key}.secret", "old", "new", actor)
    return row, row.secret


def _system(work: Work, system_id: int, actor: Actor) -> System:
    must_administer(actor)
    row = work.session.get(System, system_id, with_for_update=True)
    if row is None:
        raise NotFound
    return row


def _checked_url(text: str) -> str:
    url = plain(text)[:LONGEST_URL]
    try:
        parts = urlsplit(url)
        # The body names customers, hence https; plain http only to this machine, for tests.
        local = parts.scheme == "http" and parts.hostname in LOOPBACK
        fine = bool(parts.hostname) and (parts.scheme == "https" or local) and not parts.username and parts.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise Invalid("An address begins with https:// and holds no password.", field="url")
    return url


def _free_key(key: str, taken: set[str]) -> str:
    if not queues.KEY.fullmatch(key):
        text = "A key is of small letters, digits and hyphens, and begins with a letter."
        raise Invalid(text, field="key")
    if key in taken:
        raise Invalid("This key is taken.", field="key")
    return key


def _record_change(work: Work, name: str, before: Any, after: Any, actor: Actor) -> None:
    if before != after:
        work.session.flush()
        settings_cache.forget_after(work.session)
        work.record(RuleWordsChanged(changed={name: [before, after]}, actor=actor.label))
