"""Rule books from draft to publication: permissions, concurrent edits, and the time they take effect."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from callcenter.actions.empowerment import rule_books, rule_drafts
from callcenter.actions.empowerment.rule_books import MovedOn, NotInThisState, NotYourOwn
from callcenter.domain.agents import Role
from callcenter.domain.empowerment import AgentFacts, CaseFacts, CustomerFacts, Facts, decide, files
from callcenter.domain.empowerment.rule_book import Rule
from callcenter.domain.errors import Invalid, NotAllowed, NotFound, StaleSave
from callcenter.domain.permissions import Actor
from callcenter.storage.empowerment import rule_books as rows
from callcenter.storage.empowerment.rule_books import RuleBookRow
from tests.factories import Centre, at_once
from tests.rule_book import BOOK, book


def drafted(centre: Centre, *, by: str = "sam", text: str = BOOK) -> int:
    with centre.wiring.work() as work:
        return rule_books.bring_in(work, text=text, actor=centre.actor(by)).number


def row(centre: Centre, number: int) -> RuleBookRow:
    with centre.wiring.reading() as session:
        found = rows.get(session, number)
    assert found is not None
    return found


def ids(centre: Centre, number: int) -> list[int]:
    return [rule.id for rule in row(centre, number).book.rules]


def changed(centre: Centre, number: int, id_: int, *, by: str, **values: object) -> None:
    """As a form does it: what was read, with some of it otherwise."""
    there = row(centre, number).book.rule(id_)
    assert there is not None
    save(centre, number, there, rule_drafts.mark(there), by=by, **values)


def save(centre: Centre, number: int, rule: Rule, was: str | None, *, by: str, **values: object) -> None:
    new = Rule.model_validate(rule.model_dump(mode="json", exclude_defaults=True) | values)
    with centre.wiring.work() as work:
        rule_drafts.set_rule(work, number, rule=new, was=was, actor=centre.actor(by))


def submitted(centre: Centre, number: int, *, by: str = "sam") -> None:
    with centre.wiring.work() as work:
        rule_books.submit(work, number, version=row(centre, number).version, actor=centre.actor(by))


def reviewed(centre: Centre, number: int, *, by: str = "robin", accepted: bool = True, note: str = "") -> None:
    with centre.wiring.work() as work:
        version = row(centre, number).version
        rule_books.review(work, number, version=version, accepted=accepted, note=note, actor=centre.actor(by))


def published(
    centre: Centre, number: int, *, seconds: float | None = None, over: int | None = None, by: str = "robin"
) -> None:
    at = centre.clock.now + timedelta(seconds=seconds) if seconds is not None else None
    with centre.wiring.work() as work:
        version = row(centre, number).version
        rule_books.publish(work, number, version=version, over=over, effective_from=at, actor=centre.actor(by))


def in_force(centre: Centre) -> int | None:
    with centre.wiring.reading() as session:
        found = rows.in_force(session, centre.clock.now)
    return found.number if found else None


def may_grant(centre: Centre) -> int:
    """What Alice may grant now for a late delivery, as the desk shows it."""
    with centre.wiring.reading() as session:
        found = rows.in_force(session, centre.clock.now)
    assert found is not None
    facts = Facts(
        currency="USD",
        agent=AgentFacts(username="alice"),
        customer=CustomerFacts(value=421_000),
        case=CaseFacts(cause="late"),
    )
    option = decide(facts, found.book, now=centre.clock.now).option("credit")
    return option.most if option else 0


def test_the_first_draft_is_empty_and_in_the_companys_currency(centre: Centre) -> None:
    with centre.wiring.work() as work:
        first = rule_books.draft(work, actor=centre.actor("sam"))
        assert (first.number, first.state, first.based_on) == (1, "draft", None)
        assert (first.book.currency, first.book.zone, first.book.rules) == ("USD", "America/Los_Angeles", ())


def test_a_draft_becomes_the_rules_by_a_second_person_and_an_administrator(centre: Centre) -> None:
    number = drafted(centre)
    changed(centre, number, 15, by="sam", limits={"grant": 3000})
    submitted(centre, number)
    with pytest.raises(NotYourOwn):
        reviewed(centre, number, by="sam")
    reviewed(centre, number)
    with pytest.raises(NotAllowed):
        published(centre, number, by="sam")
    published(centre, number)
    assert in_force(centre) == number
    kinds = [kind for kind in centre.kinds() if kind.startswith("RuleBook")]
    assert kinds == ["RuleBookDrafted", "RuleBookChanged", "RuleBookSubmitted", "RuleBookReviewed", "RuleBookPublished"]


def test_whoever_wrote_a_line_reviews_nothing_of_it(centre: Centre) -> None:
    number = drafted(centre, by="sam")
    changed(centre, number, 15, by="robin", limits={"grant": 3000})
    submitted(centre, number)
    with pytest.raises(NotYourOwn):
        reviewed(centre, number, by="robin")
    robin = centre.id_of("robin")
    with pytest.raises(IntegrityError), centre.wiring.work() as work:
        work.session.execute(update(RuleBookRow).values(reviewer_id=robin))


@pytest.mark.parametrize("actor", [Actor(Role.AGENT, 1), Actor(Role.ADMINISTRATOR, None, "a program")])
def test_agents_and_programs_write_no_rules(centre: Centre, actor: Actor) -> None:
    with pytest.raises(NotAllowed), centre.wiring.work() as work:
        rule_books.draft(work, actor=actor)


def test_a_version_to_come_counts_from_its_time_on_without_anybody_doing_anything(centre: Centre) -> None:
    first = drafted(centre)
    submitted(centre, first)
    reviewed(centre, first)
    published(centre, first)
    second = drafted(centre)
    changed(centre, second, 15, by="sam", limits={"grant": 3000})
    submitted(centre, second)
    reviewed(centre, second)
    published(centre, second, seconds=60, over=first)
    assert (in_force(centre), may_grant(centre)) == (first, 2000)
    centre.clock.forward(59)
    assert (in_force(centre), may_grant(centre)) == (first, 2000)
    centre.clock.forward(1)
    assert (in_force(centre), may_grant(centre)) == (second, 3000)


def test_nothing_is_published_for_the_past_unreviewed_or_twice(centre: Centre) -> None:
    number = drafted(centre)
    with pytest.raises(NotInThisState):
        published(centre, number)
    submitted(centre, number)
    reviewed(centre, number)
    with pytest.raises(Invalid, match="past"):
        published(centre, number, seconds=-60)
    published(centre, number)
    with pytest.raises(NotInThisState):
        published(centre, number, over=number)
    with pytest.raises(NotInThisState):
        changed(centre, number, 15, by="sam", limits={"grant": 3000})


def test_a_draft_does_not_silently_undo_what_was_published_meanwhile(centre: Centre) -> None:
    first, second = drafted(centre), drafted(centre)
    for number in (first, second):
        submitted(centre, number)
        reviewed(centre, number)
    published(centre, first)
    with pytest.raises(MovedOn):
        published(centre, second)
    published(centre, second, over=first)
    assert in_force(centre) == second


def test_of_two_who_publish_at_once_one_is_told_of_the_other(centre: Centre) -> None:
    numbers = [drafted(centre), drafted(centre)]
    for number in numbers:
        submitted(centre, number)
        reviewed(centre, number)
    results = at_once(*(lambda number=number: published(centre, number) for number in numbers))
    assert sorted(type(one).__name__ for one in results) == ["MovedOn", "NoneType"]


def test_two_who_draft_at_once_get_numbers_of_their_own(centre: Centre) -> None:
    assert set(at_once(*(lambda: drafted(centre) for _ in range(4)))) == {1, 2, 3, 4}


def test_two_who_change_one_rule_at_once_are_told_whose_change_stands(centre: Centre) -> None:
    number = drafted(centre)
    rule = row(centre, number).book.rule(15)
    assert rule is not None
    was = rule_drafts.mark(rule)
    results = at_once(
        lambda: save(centre, number, rule, was, by="sam", limits={"grant": 3000}),
        lambda: save(centre, number, rule, was, by="robin", limits={"grant": 4000}),
    )
    (stale,) = [one for one in results if one is not None]
    assert isinstance(stale, StaleSave)
    stored = row(centre, number)
    grant = stored.book.rule(15).limits.grant  # type: ignore[union-attr]
    winner = {3000: "Sam Keller", 4000: "Robin Hale"}[grant or 0]
    assert stale.values["name"] == winner


def test_two_who_change_two_rules_do_not_disturb_each_other(centre: Centre) -> None:
    number = drafted(centre)
    results = at_once(
        lambda: changed(centre, number, 12, by="sam", limits={"grant": 3000}),
        lambda: changed(centre, number, 15, by="robin", limits={"grant": 4000}),
    )
    assert results == [None, None]
    stored = row(centre, number)
    assert [stored.book.rule(one).limits.grant for one in (12, 15)] == [3000, 4000]  # type: ignore[union-attr]
    assert set(stored.editor_ids) == {centre.id_of("sam"), centre.id_of("robin")}


def test_rules_are_added_moved_removed_and_put_back(centre: Centre) -> None:
    first = drafted(centre)
    submitted(centre, first)
    reviewed(centre, first)
    published(centre, first)
    with centre.wiring.work() as work:
        number = rule_books.draft(work, actor=centre.actor("sam")).number
    new = Rule.model_validate({"id": 30, "outcome": "never", "why": {"en": "no", "zh": "不可"}})
    sam = centre.actor("sam")
    with centre.wiring.work() as work:
        rule_drafts.set_rule(work, number, rule=new, was=None, actor=sam)
        rule_drafts.move_rule(work, number, id_=30, before=3, actor=sam)
        gone = rule_drafts.mark(row(centre, first).book.rule(15))  # type: ignore[arg-type]
        rule_drafts.remove_rule(work, number, id_=15, was=gone, actor=sam)
    assert ids(centre, number) == [30, 3, 12, 22]
    with centre.wiring.work() as work:
        rule_drafts.restore_rule(work, number, id_=15, actor=sam)
        rule_drafts.move_rule(work, number, id_=30, before=None, actor=sam)
    assert ids(centre, number) == [3, 12, 15, 22, 30]
    for id_, before in ((99, None), (3, 99), (3, 3)):
        with pytest.raises(NotFound), centre.wiring.work() as work:
            rule_drafts.move_rule(work, number, id_=id_, before=before, actor=sam)


def test_a_draft_always_holds_together(centre: Centre) -> None:
    number, sam = drafted(centre), centre.actor("sam")
    remedy = book().remedies[0]
    with pytest.raises(Invalid, match="already"), centre.wiring.work() as work:
        rule_drafts.set_remedy(work, number, remedy=remedy, was=None, actor=sam)
    with pytest.raises(Invalid, match="15"), centre.wiring.work() as work:
        rule_drafts.remove_remedy(work, number, key="credit", was=rule_drafts.mark(remedy), actor=sam)
    with pytest.raises(files.InvalidFile, match="no remedy gold_bar"):
        changed(centre, number, 15, by="sam", remedies=["gold_bar"])
    assert row(centre, number).book == book()


def test_a_file_with_mistakes_is_refused_with_all_of_them(centre: Centre) -> None:
    wrong = BOOK.replace("outcome: ask", "outcome: perhaps\n  colour: red").replace("{grant}", "{gold}")
    with pytest.raises(files.InvalidFile) as error:
        drafted(centre, text=wrong)
    places = {place.partition(", ")[2] for place, _ in error.value.faults}
    assert {"rule 22: outcome", "rule 22: colour", "rule 15: why"} <= places
    assert centre.rows(RuleBookRow) == []


def test_a_review_that_finds_something_sends_the_draft_back(centre: Centre) -> None:
    number = drafted(centre)
    submitted(centre, number)
    with pytest.raises(Invalid, match="Say what"):
        reviewed(centre, number, accepted=False)
    reviewed(centre, number, accepted=False, note="$20 is too little for gold.")
    back = row(centre, number)
    assert (back.state, back.review_note) == ("draft", "$20 is too little for gold.")
    submitted(centre, number)
    with pytest.raises(StaleSave), centre.wiring.work() as work:
        rule_books.review(work, number, version=1, accepted=True, actor=centre.actor("robin"))
    reviewed(centre, number)
    with centre.wiring.work() as work:
        rule_books.take_back(work, number, actor=centre.actor("sam"))
    assert (row(centre, number).state, row(centre, number).reviewer_id) == ("draft", None)
    with centre.wiring.work() as work:
        rule_books.drop(work, number, actor=centre.actor("sam"))
    with pytest.raises(NotInThisState), centre.wiring.work() as work:
        rule_books.drop(work, number, actor=centre.actor("sam"))
