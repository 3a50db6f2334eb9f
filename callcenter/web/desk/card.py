"""View model of the customer card: customer, effort, this interaction, tickets, contacts, last score."""

from dataclasses import dataclass
from functools import cached_property

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from callcenter.reports.customers.card import Card, EarlierContact, Effort
from callcenter.storage.callbacks import callbacks
from callcenter.storage.callbacks.callbacks import Callback
from callcenter.web.desk import words
from callcenter.web.desk.granting.section import Section
from callcenter.web.wording import formats, language


@dataclass(frozen=True)
class CardPart:
    kind: str
    words: str


@dataclass(frozen=True, kw_only=True)
class ShownEffort:
    sentence: str
    is_high: bool
    parts: list[tuple[str, float]]
    legend: list[CardPart]


@dataclass(frozen=True, kw_only=True)
class ShownContact:
    contact: EarlierContact
    day: str
    length: str


@dataclass(frozen=True, kw_only=True)
class ShownPromise:
    """`kind`: "bad" for a broken promise, else empty."""

    left: str
    words: str
    at: str
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class ShownRight:
    words: str
    at: str


@dataclass(frozen=True)
class ShownCard:
    """The reported `card` with its labels in the reader's language."""

    session: Session
    card: Card

    @cached_property
    def granting(self) -> Section | None:
        """None where no rule book is in force."""
        return Section(self.session, self.card.allowance) if self.card.allowance else None

    @property
    def name(self) -> str:
        known = self.card.customer.name if self.card.customer else ""
        return known or formats.phone(self.card.number) or _("Number withheld")

    @property
    def initials(self) -> str:
        known = self.card.customer.name if self.card.customer else ""
        return formats.initials(known) if known else "?"

    @property
    def url(self) -> str:
        return url_for("customers.page", customer_id=self.card.customer.id) if self.card.customer else ""

    @property
    def effort(self) -> ShownEffort:
        return effort(self.card.effort)

    @property
    def title(self) -> str:
        return _("This call") if self.card.interaction.channel.is_voice else _("This conversation")

    @property
    def waited(self) -> str:
        """Time waited, with the waiting time announced to the customer."""
        it = self.card.interaction
        if it.joined_at is None:
            return ""
        waited = _("waited %(time)s", time=formats.duration(it.waited_seconds(formats.now())))
        if not it.announced_seconds:
            return waited
        return _("%(waited)s, announced %(told)s", waited=waited, told=words.minutes(it.announced_seconds))

    @property
    def contacts(self) -> list[ShownContact]:
        return [
            ShownContact(
                contact=each,
                day=formats.date_of(each.at),
                length=words.minutes(each.seconds) if each.seconds else "",
            )
            for each in self.card.contacts
        ]

    @property
    def promises(self) -> list[ShownPromise]:
        """Open callbacks and recently broken ones."""
        return [_promise(row) for row in self.card.promises]

    @property
    def rights(self) -> list[ShownRight]:
        reader = language.chosen()
        return [
            ShownRight(
                words=row.name(reader),
                at=_("to %(day)s", day=formats.date_of(row.ends_at)) if row.ends_at else _("no end"),
            )
            for row in self.card.entitled
        ]

    @property
    def score_day(self) -> str:
        return formats.date_of(self.card.last_survey.answered_at) if self.card.last_survey else ""


def _promise(row: Callback) -> ShownPromise:
    now = formats.now()
    note = " ".join(row.note.split())
    sentence = _("We call back: %(note)s", note=note) if note else _("We call back")
    if callbacks.is_broken(row, now):
        return ShownPromise(left=formats.when(row.promised_until), words=sentence, at=_("broken"), kind="bad")
    left = formats.duration((row.promised_until - now).total_seconds())
    return ShownPromise(left=formats.when(row.promised_until), words=sentence, at=_("in %(time)s", time=left))


def effort(given: Effort) -> ShownEffort:
    """The sentence, and the bar (percent) with its legend in minutes."""
    spent = (
        ("effort-waiting", given.waiting, _("waiting %(n)s")),
        ("effort-hold", given.held, _("on hold %(n)s")),
        ("effort-talking", given.talking, _("talking %(n)s")),
    )
    total = max(1, given.seconds)
    sentence = words.nth_contact(given.contacts)
    if given.seconds >= 60:
        sentence = _("%(contact)s, %(time)s of their time so far", contact=sentence, time=words.hours(given.seconds))
    return ShownEffort(
        sentence=sentence,
        is_high=given.is_heavy,
        parts=[(kind, 100 * seconds / total) for kind, seconds, _says in spent if seconds],
        # Below half a minute the legend would read "1 min".
        legend=[CardPart(kind, says % {"n": words.minutes(seconds)}) for kind, seconds, says in spent if seconds >= 30],
    )
