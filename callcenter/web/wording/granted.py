"""Grants and requests in the reader's words: desk, ticket, an agent's own page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from callcenter.domain import languages
from callcenter.domain.empowerment import Remedy, money
from callcenter.domain.empowerment.approving import ApprovalAnswer
from callcenter.domain.states import GrantState
from callcenter.reports.empowerment import allowances
from callcenter.storage.agents import agents
from callcenter.storage.empowerment import approvals, departments
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.messages import messages
from callcenter.web.wording import formats, labels, language


@dataclass(frozen=True, kw_only=True)
class Ended:
    """Outcome of one grant. `kind`: colour (ok, give, warn, bad). `can_give`: approved, not yet granted."""

    grant: Grant
    kind: str
    icon: str
    strong: str
    text: str = ""
    quote: str = ""
    act: str = ""
    missing: tuple[
        tuple[str, str, str], ...
    ] = ()  # (key, name, kind) of required fields, where another remedy was approved

    @property
    def can_give(self) -> bool:
        return self.grant.state == GrantState.APPROVED


@dataclass(frozen=True)
class Around:
    """Look-ups for the labels of several grants, read once."""

    names: Mapping[int, str]
    remedies: Mapping[int, Remedy | None]
    approvals: Mapping[int, Approval]
    sms: Mapping[int, str]
    departments: Mapping[str, str]
    rests: Mapping[int, tuple[Grant, Approval | None]]


def around(session: Session, rows: Sequence[Grant]) -> Around:
    """`rests`: {original grant id: (rest, its approval)}, found among `rows` only."""
    asked = approvals.of_grants(session, [row.id for row in rows])
    sent = messages.by_ids(session, [row.message_id for row in rows if row.message_id])
    reader = language.chosen()
    return Around(
        names=agents.names(session),
        remedies=allowances.remedies_of(session, rows),
        approvals=asked,
        sms={id_: message.status for id_, message in sent.items()},
        departments={one.key: one.name(reader) for one in departments.departments(session)},
        rests={row.rest_of: (row, asked.get(row.id)) for row in rows if row.rest_of},
    )


def amount(remedy: Remedy | None, units: int, currency: str) -> str:
    """ "$60"; "2 ×" for pieces."""
    if remedy is None or remedy.is_money:
        return money.formatted(units, currency, language.chosen())
    return f"{units} ×"


def what(remedy: Remedy | None, units: int, currency: str, key: str = "") -> str:
    """ "$60 credit on account"; "express redelivery"."""
    name = inside(languages.of(remedy.names, language.chosen())) if remedy else key
    if remedy is not None and not remedy.is_money and units == 1:
        return name
    return f"{amount(remedy, units, currency)} {name}"


def inside(name: str) -> str:
    """A name within a sentence: English ones in lower case, acronyms unchanged."""
    return name[:1].lower() + name[1:] if name[:2].isascii() and name[1:2].islower() else name


def ended(grant: Grant, known: Around) -> Ended | None:
    """None for a pending, withdrawn or unsent request."""
    describe = {
        "granted": _given,
        "fulfilled": _given,
        "failed": _given,
        "approved": _approved,
        "refused": _refused,
        "expired": _expired,
        "reversed": _reversed,
    }.get(grant.state)
    return describe(grant, known) if describe else None


def of(grant: Grant, known: Around) -> str:
    return what(known.remedies.get(grant.id), grant.units, grant.currency, grant.remedy)


def _given(grant: Grant, known: Around) -> Ended:
    done = _fulfilled(grant, known)
    sms = labels.of("message", known.sms.get(grant.message_id or 0, ""))
    text = " ".join(part for part in (done, _("SMS: %(status)s.", status=sms) if sms else "") if part)
    if grant.state == GrantState.FAILED:
        strong = _("Given, but not carried out: %(what)s", what=of(grant, known))
        return Ended(grant=grant, kind="bad", icon="alert", strong=strong, text=text)
    return Ended(grant=grant, kind="ok", icon="check", strong=_("Given: %(what)s", what=of(grant, known)), text=text)


def _fulfilled(grant: Grant, known: Around) -> str:
    if grant.fulfilled_at:
        return _("Carried out %(time)s.", time=_moment(grant.fulfilled_at))
    if grant.state == GrantState.FAILED:
        again = grant.next_try_at
        then = _("Tried again %(time)s.", time=formats.when(again)) if again else _("Somebody has to look.")
        return f"{grant.failure}. {then}" if grant.failure else then
    to = str(grant.fulfilment.get("to", ""))
    if grant.fulfilment.get("how") == "request":
        return _("%(department)s is asked to carry it out.", department=known.departments.get(to, to))
    return _("Being carried out.")


def _moment(at: datetime) -> str:
    return (
        formats.time_of(at, seconds=True) if formats.day_of(at) == formats.day_of(formats.now()) else formats.when(at)
    )


def _approved(grant: Grant, known: Around) -> Ended:
    approval, thing = known.approvals.get(grant.id), of(grant, known)
    act = _("Give %(what)s", what=amount(known.remedies.get(grant.id), grant.units, grant.currency))
    until = _("Valid until %(time)s.", time=formats.when(grant.valid_until))
    if approval is None or approval.answered_by is None:
        now = _("You may give %(what)s now.", what=thing)
        text = " ".join(part for part in (now, _rest(grant, known)) if part)
        return Ended(grant=grant, kind="warn", icon="clock", strong=_("Nobody could answer"), text=text, act=act)
    name = formats.first_name(known.names.get(approval.answered_by, ""))
    sign = {
        ApprovalAnswer.LESS: ("arrow-down", _("%(name)s: yes, %(what)s", name=name, what=thing)),
        ApprovalAnswer.INSTEAD: ("gift", _("%(name)s: instead %(what)s", name=name, what=thing)),
    }.get(ApprovalAnswer(approval.answer or "yes"), ("check", _("%(name)s: yes, %(what)s", name=name, what=thing)))
    return Ended(
        grant=grant,
        kind="give",
        icon=sign[0],
        strong=sign[1],
        text=until,
        quote=approval.word,
        act=act,
        missing=_missing(grant, known.remedies.get(grant.id)),
    )


def _missing(grant: Grant, remedy: Remedy | None) -> tuple[tuple[str, str, str], ...]:
    fields = remedy.fields if remedy else ()
    return tuple(
        (one.key, languages.of(one.names, language.chosen()), one.kind)
        for one in fields
        if one.required and not grant.fields.get(one.key)
    )


def _rest(grant: Grant, known: Around) -> str:
    """The part that no approver answered in time and that is decided later."""
    if grant.id not in known.rests:
        return ""
    rest, approval = known.rests[grant.id]
    if approval is None or approval.step_ends_at is None:
        return ""
    return _(
        "%(amount)s more is decided by %(time)s; you owe them that call.",
        amount=amount(known.remedies.get(rest.id), rest.units, rest.currency),
        time=formats.when(approval.step_ends_at),
    )


def _refused(grant: Grant, known: Around) -> Ended:
    approval, thing = known.approvals.get(grant.id), of(grant, known)
    if approval is None:
        text = _("The rules do not allow this to be given.")
        return Ended(grant=grant, kind="bad", icon="cross", strong=_("Not given: %(what)s", what=thing), text=text)
    name = formats.first_name(known.names.get(approval.answered_by or 0, ""))
    strong = _("%(name)s: no, not %(what)s", name=name, what=thing)
    return Ended(grant=grant, kind="bad", icon="cross", strong=strong, quote=approval.word)


def _expired(grant: Grant, known: Around) -> Ended:
    approval, thing = known.approvals.get(grant.id), of(grant, known)
    if approval is not None and approval.answered_by is not None:
        text = _("%(what)s was not given in time; ask again.", what=thing)
        return Ended(grant=grant, kind="warn", icon="clock", strong=_("The yes has lapsed"), text=text)
    text = _("%(what)s was not decided. Nothing is held for it any more.", what=thing)
    return Ended(grant=grant, kind="warn", icon="clock", strong=_("Nobody could answer"), text=text)


def _reversed(grant: Grant, known: Around) -> Ended:
    who = _(
        "by %(name)s, %(time)s", name=known.names.get(grant.reversed_by or 0, ""), time=formats.when(grant.reversed_at)
    )
    strong = _("Taken back: %(what)s", what=of(grant, known))
    return Ended(grant=grant, kind="warn", icon="arrow-left", strong=strong, text=who, quote=grant.reverse_reason)
