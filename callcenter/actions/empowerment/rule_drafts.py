"""Edits of a rule-book draft, one rule or remedy at a time.

StaleSave for a concurrent edit of the same one; others do not conflict.
"""

import hashlib
import json
from collections.abc import Callable

from callcenter.actions.empowerment import rule_books
from callcenter.domain.empowerment import RuleBook, files
from callcenter.domain.empowerment.rule_book import Remedy, Rule
from callcenter.domain.empowerment_events import RuleBookChanged
from callcenter.domain.errors import Invalid, NotFound, StaleSave
from callcenter.domain.permissions import Actor
from callcenter.domain.states import BookState
from callcenter.storage.empowerment import rule_books as rows
from callcenter.storage.empowerment.rule_books import RuleBookRow
from callcenter.storage.work import Work


def set_rule(work: Work, number: int, *, rule: Rule, was: str | None, actor: Actor) -> RuleBookRow:
    """Replace or append. `was`: `mark` of the rule as read, None for a new one."""

    def write(book: RuleBook) -> RuleBook:
        _must_be(book.rule(rule.id), was, work, number)
        if was is None:
            return book.model_copy(update={"rules": (*book.rules, rule)})
        return book.model_copy(update={"rules": tuple(rule if one.id == rule.id else one for one in book.rules)})

    return _edit(work, number, write, rules=[rule.id], actor=actor)


def remove_rule(work: Work, number: int, *, id_: int, was: str, actor: Actor) -> RuleBookRow:
    def write(book: RuleBook) -> RuleBook:
        _must_be(book.rule(id_), was, work, number)
        return book.model_copy(update={"rules": tuple(one for one in book.rules if one.id != id_)})

    return _edit(work, number, write, rules=[id_], actor=actor)


def restore_rule(work: Work, number: int, *, id_: int, actor: Actor) -> RuleBookRow:
    """Back to the latest published version. NotFound where that lacks it."""
    latest = rows.latest(work.session)
    old = latest.book.rule(id_) if latest else None
    if latest is None or old is None:
        raise NotFound

    def write(book: RuleBook) -> RuleBook:
        if book.rule(id_):
            return book.model_copy(update={"rules": tuple(old if one.id == id_ else one for one in book.rules)})
        # A removed rule returns after the rules that precede it in the published version.
        ahead = [one.id for one in latest.book.rules]
        ahead = ahead[: ahead.index(id_)]
        place = max((n for n, one in enumerate(book.rules, 1) if one.id in ahead), default=0)
        return book.model_copy(update={"rules": (*book.rules[:place], old, *book.rules[place:])})

    return _edit(work, number, write, rules=[id_], actor=actor)


def move_rule(work: Work, number: int, *, id_: int, before: int | None, actor: Actor) -> RuleBookRow:
    """Before another rule, or to the end (None)."""

    def write(book: RuleBook) -> RuleBook:
        moved = book.rule(id_)
        if moved is None or (before is not None and book.rule(before) is None) or before == id_:
            raise NotFound
        others = [one for one in book.rules if one.id != id_]
        place = next((n for n, one in enumerate(others) if one.id == before), len(others))
        return book.model_copy(update={"rules": (*others[:place], moved, *others[place:])})

    return _edit(work, number, write, rules=[id_], actor=actor)


def set_remedy(work: Work, number: int, *, remedy: Remedy, was: str | None, actor: Actor) -> RuleBookRow:
    """As `set_rule`. Invalid where a new key exists already."""

    def write(book: RuleBook) -> RuleBook:
        there = book.remedy(remedy.key)
        if was is None and there is not None:
            raise Invalid("There is already a remedy of this key.", field="key")
        _must_be(there, was, work, number)
        if was is None:
            return book.model_copy(update={"remedies": (*book.remedies, remedy)})
        found = tuple(remedy if one.key == remedy.key else one for one in book.remedies)
        return book.model_copy(update={"remedies": found})

    return _edit(work, number, write, rules=[], actor=actor)


def remove_remedy(work: Work, number: int, *, key: str, was: str, actor: Actor) -> RuleBookRow:
    """Invalid where a rule names it."""

    def write(book: RuleBook) -> RuleBook:
        _must_be(book.remedy(key), was, work, number)
        naming = [str(rule.id) for rule in book.rules if key in rule.remedies]
        if naming:
            raise Invalid("Rules name this remedy: %(rules)s. Change them first.", rules=", ".join(naming))
        return book.model_copy(update={"remedies": tuple(one for one in book.remedies if one.key != key)})

    return _edit(work, number, write, rules=[], actor=actor)


def mark(thing: Rule | Remedy) -> str:
    """A hash, for optimistic locking in forms."""
    data = json.dumps(thing.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(data.encode()).hexdigest()[:16]


def _must_be(there: Rule | Remedy | None, was: str | None, work: Work, number: int) -> None:
    if (mark(there) if there is not None else None) != was:
        raise StaleSave(name=rule_books.last_editor(work, number))


def _edit(
    work: Work, number: int, write: Callable[[RuleBook], RuleBook], *, rules: list[int], actor: Actor
) -> RuleBookRow:
    """Apply `write` to a locked draft. `files.Faults` where the result is inconsistent."""
    editor_id = rule_books.must_lead(actor)
    row = rule_books.locked(work, number)
    if row.state != BookState.DRAFT:
        raise rule_books.NotInThisState
    before = row.book
    after = files.book_of(write(before).to_data())
    if after == before:
        return row
    row.document = after.to_data()
    row.editor_ids = [*(one for one in row.editor_ids if one != editor_id), editor_id]
    row.reviewer_id = row.reviewed_at = None
    rule_books.touch(work, row)
    work.record(RuleBookChanged(number=number, rules=rules, actor=actor.label))
    return row
