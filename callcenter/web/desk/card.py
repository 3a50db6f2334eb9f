"""The customer card in the reader's words: who, what it has cost them, this interaction, tickets, contacts, score."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from callcenter.reports.card import Card, Contact, Effort
from callcenter.web import formats
from callcenter.web.desk import words


@dataclass(frozen=True)
class Part:
    kind: str
    words: str


@dataclass(frozen=True, kw_only=True)
class ShownEffort:
    sentence: str
    is_high: bool
    parts: list[tuple[str, float]]
    legend: list[Part]


@dataclass(frozen=True, kw_only=True)
class ShownContact:
    contact: Contact
    day: str
    length: str


@dataclass(frozen=True)
class ShownCard:
    """`card` as reported; the rest is what its numbers are called."""

    card: Card

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
        return _("This call") if self.card.interaction.is_call else _("This conversation")

    @property
    def waited(self) -> str:
        """How long they waited, and what they were told."""
        it = self.card.interaction
        if it.joined_at is None:
            return ""
        waited = _("waited %(time)s", time=formats.duration(it.waited_seconds(formats.now())))
        if not it.told_seconds:
            return waited
        return _("%(waited)s, told %(told)s", waited=waited, told=words.minutes(it.told_seconds))

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
    def score_day(self) -> str:
        return formats.date_of(self.card.last_survey.answered_at) if self.card.last_survey else ""


def effort(given: Effort) -> ShownEffort:
    """The sentence, and the bar with its legend in minutes."""
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
        legend=[Part(kind, says % {"n": words.minutes(seconds)}) for kind, seconds, says in spent if seconds >= 30],
    )
