"""Rule books: edited by supervisors, reviewed by a second person, published from a date on.

A published version never changes; `number` names a version.
"""

from datetime import datetime

from callcenter.actions.administration.queues import must_administer, plain
from callcenter.domain.empowerment import RuleBook, files
from callcenter.domain.empowerment.rule_book import FORMAT
from callcenter.domain.empowerment_events import (
    RuleBookChanged,
    RuleBookDrafted,
    RuleBookDropped,
    RuleBookPublished,
    RuleBookReviewed,
    RuleBookSubmitted,
)
from callcenter.domain.errors import N_, DomainError, Invalid, NotAllowed, NotFound, StaleSave
from callcenter.domain.permissions import Actor
from callcenter.domain.states import BookState
from callcenter.storage.administration import company, settings_cache
from callcenter.storage.agents import agents
from callcenter.storage.empowerment import rule_books
from callcenter.storage.empowerment.rule_books import RuleBookRow
from callcenter.storage.work import Work

LONGEST_NOTE = 400
OPEN = ("draft", "in_review", "reviewed")


class NotInThisState(DomainError):
    code = "rule-book-state"
    text = N_("This version is no longer a draft.")


class NotYourOwn(DomainError):
    code = "second-person"
    text = N_("You wrote in this draft; somebody else has to review it.")


class MovedOn(DomainError):
    code = "rules-moved-on"
    text = N_("Version %(number)s was published meanwhile. Look at what differs from it, then publish.")


def draft(work: Work, *, actor: Actor, note: str = "") -> RuleBookRow:
    """A new draft of the latest published version, if any."""
    latest = rule_books.latest(work.session)
    return _add(work, latest.book if latest else _empty(work), actor=actor, note=note)


def _empty(work: Work) -> RuleBook:
    ours = company.get(work.session)
    currency, zone = (ours.currency, ours.zone) if ours else ("USD", "UTC")
    return files.book_of({"format": FORMAT, "currency": currency, "zone": zone, "remedies": [], "rules": []})


def bring_in(work: Work, *, text: str, actor: Actor, note: str = "") -> RuleBookRow:
    """A new draft from a file. `files.Faults` lists every error."""
    must_lead(actor)
    return _add(work, files.read(text), actor=actor, note=note)


def _add(work: Work, book: RuleBook, *, actor: Actor, note: str) -> RuleBookRow:
    author_id = must_lead(actor)
    # Serializes the numbering of versions.
    rule_books.lock_numbers(work.session)
    latest = rule_books.latest(work.session)
    row = RuleBookRow(
        number=rule_books.next_number(work.session),
        state=BookState.DRAFT,
        document=book.to_data(),
        based_on=latest.number if latest else None,
        author_id=author_id,
        note=plain(note)[:LONGEST_NOTE],
        created_at=work.now,
        changed_at=work.now,
        editor_ids=[author_id],
    )
    work.session.add(row)
    work.session.flush()
    work.record(RuleBookDrafted(number=row.number, based_on=row.based_on, actor=actor.label))
    return row


def must_lead(actor: Actor) -> int:
    """The acting supervisor's id; NotAllowed for agents and for tokens without a person."""
    # Every rule has an author who can be asked about it.
    if not actor.leads or actor.agent_id is None:
        raise NotAllowed
    return actor.agent_id


def submit(work: Work, number: int, *, version: int, note: str = "", actor: Actor) -> RuleBookRow:
    """Read-only from now on. NotInThisState, StaleSave."""
    must_lead(actor)
    row = _read(work, number, version)
    if row.state != BookState.DRAFT:
        raise NotInThisState
    row.state, row.review_note, row.reviewer_id, row.reviewed_at = BookState.IN_REVIEW, "", None, None
    row.note = plain(note)[:LONGEST_NOTE] or row.note
    touch(work, row)
    work.record(RuleBookSubmitted(number=number, actor=actor.label))
    return row


def _read(work: Work, number: int, version: int) -> RuleBookRow:
    row = locked(work, number)
    if row.version != version:
        raise StaleSave(name=last_editor(work, number))
    return row


def locked(work: Work, number: int) -> RuleBookRow:
    row = rule_books.get(work.session, number, lock=True)
    if row is None:
        raise NotFound
    return row


def last_editor(work: Work, number: int) -> str:
    row = rule_books.get(work.session, number)
    return agents.names(work.session).get(row.editor_ids[-1], "") if row and row.editor_ids else ""


def touch(work: Work, row: RuleBookRow) -> None:
    row.version += 1
    row.changed_at = work.now


def take_back(work: Work, number: int, *, actor: Actor) -> RuleBookRow:
    """Return to draft; a review no longer counts."""
    must_lead(actor)
    row = locked(work, number)
    if row.state not in (BookState.IN_REVIEW, BookState.REVIEWED):
        raise NotInThisState
    row.state, row.reviewer_id, row.reviewed_at = BookState.DRAFT, None, None
    touch(work, row)
    work.record(RuleBookChanged(number=number, rules=[], actor=actor.label))
    return row


def review(work: Work, number: int, *, version: int, accepted: bool, note: str = "", actor: Actor) -> RuleBookRow:
    """NotYourOwn for an author or editor; Invalid for a rejection without a note."""
    reviewer_id = must_lead(actor)
    row = _read(work, number, version)
    if row.state != BookState.IN_REVIEW:
        raise NotInThisState
    if reviewer_id == row.author_id or reviewer_id in row.editor_ids:
        raise NotYourOwn
    text = plain(note)[:LONGEST_NOTE]
    if not accepted and not text:
        raise Invalid("Say what should be changed.", field="note")
    row.state = BookState.REVIEWED if accepted else BookState.DRAFT
    row.reviewer_id, row.reviewed_at, row.review_note = reviewer_id, work.now, text
    touch(work, row)
    work.record(RuleBookReviewed(number=number, accepted=accepted, note=text, actor=actor.label))
    return row


def publish(
    work: Work, number: int, *, version: int, over: int | None, effective_from: datetime | None = None, actor: Actor
) -> RuleBookRow:
    """In force from `effective_from` (UTC) or now. Invalid for a past time.

    `over`: the latest published version as read; MovedOn where another came since.
    """
    must_administer(actor)
    rule_books.lock_numbers(work.session)
    row = _read(work, number, version)
    if row.state != BookState.REVIEWED:
        raise NotInThisState(N_("Only what a second person has reviewed can be published."))
    latest = rule_books.latest(work.session)
    # Publishing would silently undo the version in between.
    if latest and latest.number != over:
        raise MovedOn(number=latest.number)
    at = effective_from or work.now
    if at < work.now:
        raise Invalid("This time is past.", field="effective_from")
    row.state, row.effective_from, row.published_at, row.published_by = (
        BookState.PUBLISHED,
        at,
        work.now,
        actor.agent_id,
    )
    touch(work, row)
    settings_cache.forget_after(work.session)
    work.record(RuleBookPublished(number=number, effective_from=at.isoformat(), actor=actor.label))
    return row


def drop(work: Work, number: int, *, actor: Actor) -> RuleBookRow:
    must_lead(actor)
    row = locked(work, number)
    if row.state not in OPEN:
        raise NotInThisState
    row.state = BookState.DROPPED
    touch(work, row)
    work.record(RuleBookDropped(number=number, actor=actor.label))
    return row
