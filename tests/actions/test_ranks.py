"""The order of who waits, after the rules of the order change."""

from callcenter import due
from callcenter.actions.administration import company, queues
from callcenter.domain.routing import CompanyPolicy, QueuePolicy
from callcenter.storage.administration.company import Company, Queue
from callcenter.storage.routing import routing as queries
from tests.factories import Centre, at_once


def changed(centre: Centre, *, aging: float, priority: int = 0) -> None:
    with centre.wiring.work() as work:
        row = centre.row(Queue, centre.delivery)
        now = queues.settings_of(row)
        policy = QueuePolicy(**{**now.policy.model_dump(), "aging": aging, "skills": {}})
        settings = now.model_copy(update={"policy": policy, "priority": priority})
        queues.change(work, centre.delivery, settings=settings, version=None, actor=centre.actor("robin"))


def calls(centre: Centre, count: int, *, first: int) -> list[int]:
    found = []
    for number in range(first, first + count):
        found.append(centre.call(f"+1415555{number:04d}")[0])
        centre.clock.forward(1)
    return found


def order(centre: Centre) -> list[int]:
    with centre.wiring.reading() as session:
        return [head.id for head in queries.queue_heads(session, depth=100)]


def test_who_waited_before_the_aging_of_a_queue_changed_is_served_before_who_came_later(centre: Centre) -> None:
    five = calls(centre, 5, first=200)
    changed(centre, aging=0.5)
    nine = calls(centre, 9, first=300)
    assert order(centre) == five + nine
    assert [centre.interaction(id_).announced_place for id_ in nine] == list(range(6, 15))
    centre.available("alice")
    assert centre.asked(five[0]) == "alice"


def test_a_priority_counts_for_those_who_wait_already(centre: Centre) -> None:
    [before] = calls(centre, 1, first=200)
    changed(centre, aging=1, priority=50)
    assert centre.interaction(before).score["priority"] == 50
    [after] = calls(centre, 1, first=300)
    assert order(centre) == [before, after]


def test_the_companys_aging_and_points_rank_again_too(centre: Centre) -> None:
    before = calls(centre, 2, first=200)
    with centre.wiring.work() as work:
        ours = work.session.get(Company, 1)
        assert ours
        policy = CompanyPolicy(
            **{**ours.routing_policy.model_dump(), "aging": {"voice": 0.5}, "head_start": {"voice": 9}}
        )
        company.set_routing(work, policy=policy, version=None, actor=centre.actor("robin"))
    after = calls(centre, 2, first=300)
    assert order(centre) == before + after
    assert {centre.interaction(id_).score["channel"] for id_ in before + after} == {9}


def test_what_entered_by_the_rules_of_before_is_ranked_again_by_the_clock(centre: Centre) -> None:
    [late] = calls(centre, 1, first=200)
    centre.run("UPDATE interactions SET aging = 3, queue_rank = queue_rank * 3")
    ranked = due.called("outdated_rank")
    assert list(ranked.ids(centre.wiring, but=())) == [late]
    ranked.do(centre.wiring, late)
    assert centre.interaction(late).aging == 1
    assert list(ranked.ids(centre.wiring, but=())) == []


def test_calls_that_come_while_the_aging_changes_are_in_order_at_last(centre: Centre) -> None:
    calls(centre, 2, first=200)
    results = at_once(
        lambda: changed(centre, aging=0.5),
        *[lambda number=number: centre.call(f"+141555503{number:02d}") for number in range(3)],
    )
    assert not [one for one in results if isinstance(one, BaseException)], results
    ranked = due.called("outdated_rank")
    for id_ in ranked.ids(centre.wiring, but=()):
        ranked.do(centre.wiring, id_)
    assert {centre.interaction(id_).aging for id_ in order(centre)} == {0.5}
