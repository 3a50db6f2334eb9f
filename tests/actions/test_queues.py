"""Queues set up by an administrator: validation, published events, deactivation."""

import pytest

from callcenter.actions.administration import queues
from callcenter.domain.errors import NotAllowed, StaleSave
from callcenter.domain.queues import NotValid, QueueSettings, read_spans, written
from callcenter.domain.routing import QueuePolicy, RingRule
from callcenter.storage.administration.company import Queue
from callcenter.storage.history import History
from tests.factories import Shop


def settings(**values: object) -> QueueSettings:
    usual = {"names": {"en": "Repairs", "zh": "维修"}, "zone": "America/Los_Angeles"}
    return QueueSettings.model_validate({**usual, **values})


def saved(shop: Shop, **values: object) -> None:
    with shop.wiring.work() as work:
        actor = shop.actor("robin")
        queues.change(work, shop.delivery, settings=settings(**values), version=None, actor=actor)


def wrong(shop: Shop, **values: object) -> set[str]:
    with pytest.raises(NotValid) as refused:
        saved(shop, **values)
    return set(refused.value.problems)


@pytest.mark.parametrize(
    ("written_as", "read_as"),
    [
        ("9-12:30, 13-18", [["09:00", "12:30"], ["13:00", "18:00"]]),
        ("0900–1230；13：30 至 18：00", [["09:00", "12:30"], ["13:30", "18:00"]]),
        ("00:00 to 24:00", [["00:00", "24:00"]]),
        ("", []),
        ("whenever", [["whenever"]]),
    ],
)
def test_hours_are_read_as_people_write_them(written_as: str, read_as: list[list[str]]) -> None:
    assert read_spans(written_as) == read_as
    assert read_spans(written(read_as)) == read_as


@pytest.mark.parametrize(
    ("hours", "problem"),
    [
        ({"mon": [["18:00", "09:00"]]}, "hours.mon"),
        ({"mon": [["09:00", "12:00"], ["11:00", "18:00"]]}, "hours.mon"),
        ({"mon": [["09:00", "25:00"]]}, "hours.mon"),
        ({"mon": [["09:00"]]}, "hours.mon"),
        ({"someday": [["09:00", "12:00"]]}, "hours.someday"),
        ({"mon": []}, "hours"),
    ],
)
def test_impossible_hours_are_refused(shop: Shop, hours: dict[str, list[list[str]]], problem: str) -> None:
    assert wrong(shop, hours=hours) == {problem}


def test_everything_that_is_wrong_is_told_at_once(shop: Shop) -> None:
    policy = QueuePolicy(
        skills={"juggling": 2},
        rings=(RingRule(after=30, agents=(99,)), RingRule(after=20, teams=(99,))),
        overflow="queue",
        max_wait=300,
        channels=(),
    )
    assert wrong(shop, names={"en": "Repairs"}, policy=policy, zone="Mars/Base", holidays=("Christmas",)) == {
        "names.zh",
        "zone",
        "holidays.0",
        "policy.channels",
        "policy.skills.juggling",
        "policy.rings.0.agents",
        "policy.rings.1.after",
        "policy.rings.1.teams",
        "policy.overflow_queue",
    }


def test_a_queue_does_not_pass_on_to_itself(shop: Shop) -> None:
    policy = QueuePolicy(overflow="queue", max_wait=300, overflow_queue=shop.delivery)
    assert wrong(shop, policy=policy) == {"policy.overflow_queue"}
    saved(shop, policy=policy.model_copy(update={"overflow_queue": shop.billing}))


def test_hours_and_the_rest_are_told_apart_with_both_values(shop: Shop) -> None:
    saved(shop, priority=30, hours={"mon": [["09:00", "12:00"]]})
    told = {row.kind: row.data for row in shop.rows(History) if row.kind in ("QueueChanged", "HoursChanged")}
    assert told["QueueChanged"]["changed"]["priority"] == [0, 30]
    assert told["HoursChanged"]["changed"]["hours"] == [{}, {"mon": [["09:00", "12:00"]]}]
    before = len(shop.rows(History))
    saved(shop, priority=30, hours={"mon": [["09:00", "12:00"]], "tue": []}, greetings={"en": " "})
    assert len(shop.rows(History)) == before


def test_a_late_save_is_refused_by_its_version(shop: Shop) -> None:
    version = queues.version_of(queues.settings_of(shop.row(Queue, shop.delivery)))
    saved(shop, priority=30)
    with pytest.raises(StaleSave), shop.wiring.work() as work:
        queues.change(work, shop.delivery, settings=settings(), version=version, actor=shop.actor("robin"))


def test_what_waits_is_offered_to_whom_the_new_rules_let_in(shop: Shop) -> None:
    shop.change("alice", skills={})
    shop.available("alice")
    interaction_id, _ = shop.call()
    assert shop.asked(interaction_id) is None
    saved(shop, policy=QueuePolicy())
    with shop.wiring.work() as work:
        queues.ask_again(work)
    assert shop.asked(interaction_id) == "alice"


def test_a_queue_stays_in_use_while_it_is_needed(shop: Shop) -> None:
    robin = shop.actor("robin")

    def refused() -> str:
        with pytest.raises(queues.QueueInUse) as error, shop.wiring.work() as work:
            queues.put_out_of_use(work, shop.billing, actor=robin)
        return str(error.value)

    assert "+14155550100 leads to this queue" in refused()
    shop.run("UPDATE numbers SET menu = jsonb_build_object('1', CAST(:id AS bigint))", id=shop.delivery)
    saved(shop, policy=QueuePolicy(overflow="queue", max_wait=60, overflow_queue=shop.billing))
    assert "Repairs overflows to this one" in refused()
    saved(shop)
    waiting, _ = shop.call()
    shop.run("UPDATE interactions SET queue_id = :queue WHERE id = :id", queue=shop.billing, id=waiting)
    assert "Somebody waits in this queue" in refused()
    shop.run("UPDATE interactions SET queue_id = :queue WHERE id = :id", queue=shop.delivery, id=waiting)
    with shop.wiring.work() as work:
        queues.put_out_of_use(work, shop.billing, actor=robin)
    assert not shop.row(Queue, shop.billing).is_active
    with shop.wiring.work() as work:
        queues.put_into_use(work, shop.billing, actor=robin)
    assert shop.row(Queue, shop.billing).is_active


def test_mallory_and_supervisors_change_nothing(shop: Shop) -> None:
    for name in ("alice", "sam"):
        with pytest.raises(NotAllowed), shop.wiring.work() as work:
            queues.change(work, shop.delivery, settings=settings(), version=None, actor=shop.actor(name))
