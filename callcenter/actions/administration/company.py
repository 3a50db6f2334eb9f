"""Company-wide routing policy and break reasons."""

import hashlib
import json

from callcenter.actions.administration.queues import checked_names, must_administer
from callcenter.actions.routing import ranks
from callcenter.domain import queues
from callcenter.domain.errors import Invalid, NotFound, StaleSave
from callcenter.domain.permissions import Actor
from callcenter.domain.routing import CompanyPolicy
from callcenter.domain.setup_events import RoutingChanged
from callcenter.storage.administration.company import BreakReason, Company, every_break_reason
from callcenter.storage.work import Work

RANKING = {"tiers", "broken_promise", "repeated_contact", "most", "head_start", "aging"}


def set_routing(work: Work, *, policy: CompanyPolicy, version: str | None, actor: Actor) -> None:
    """`version`: `version_of` the policy that was read; StaleSave where it changed since."""
    must_administer(actor)
    ours = work.session.get(Company, 1, with_for_update=True, populate_existing=True)
    if ours is None:
        raise NotFound
    before = ours.routing_policy
    if version is not None and version != version_of(before):
        raise StaleSave(name="")
    old, new = before.model_dump(mode="json"), policy.model_dump(mode="json")
    changed = {name: [old[name], new[name]] for name in new if old[name] != new[name]}
    if changed:
        ours.routing = new
        work.record(RoutingChanged(changed=changed, actor=actor.label))
    if changed.keys() & RANKING:
        ranks.again(work)


def version_of(policy: CompanyPolicy) -> str:
    data = json.dumps(policy.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(data.encode()).hexdigest()[:16]


def add_break_reason(work: Work, *, key: str, names: dict[str, str], actor: Actor) -> BreakReason:
    """Invalid for a malformed or taken key."""
    must_administer(actor)
    if not queues.KEY.fullmatch(key):
        text = "A key is of small letters, digits and hyphens, and begins with a letter."
        raise Invalid(text, field="key")
    if any(reason.key == key for reason in every_break_reason(work.session)):
        raise Invalid("There is already a kind of break of this key.", field="key")
    row = BreakReason(key=key, names=checked_names(names))
    work.session.add(row)
    work.session.flush()
    work.record(RoutingChanged(changed={f"break.{key}": [None, row.names]}, actor=actor.label))
    return row


def change_break_reason(
    work: Work, reason_id: int, *, names: dict[str, str], is_active: bool, actor: Actor
) -> BreakReason:
    """Breaks taken under this reason keep its key."""
    must_administer(actor)
    row = work.session.get(BreakReason, reason_id, with_for_update=True)
    if row is None:
        raise NotFound
    before = [row.names, row.is_active]
    row.names, row.is_active = checked_names(names), is_active
    if before != [row.names, row.is_active]:
        after = [row.names, row.is_active]
        work.record(RoutingChanged(changed={f"break.{row.key}": [before, after]}, actor=actor.label))
    return row
