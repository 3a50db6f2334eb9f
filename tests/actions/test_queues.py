"""Queues set up by an administrator: validation, published events, deactivation."""

import pytest

from callcenter.actions.administration import queues
from callcenter.domain.errors import NotAllowed, StaleSave
from callcenter.domain.queues import NotValid, QueueSettings, read_spans, written
from callcenter.domain.routing import QueuePolicy, RingRule
from callcenter.storage.administration.company import Queue
from callcenter.storage.history import History
from tests.factories import Centre


def settings(**values: object) -> QueueSettings:
    usual = {"names": {"en": "Repairs", "zh": "维修"}, "zone": "America/Los_Angeles"}
    return QueueSettings.model_validate({**usual, **values})


def saved(centre: Centre, **values: object) -> None:
    with centre.wiring.work() as work:
        actor = centre.actor("robin")
        queues.change(work, centre.delivery, settings=settings(**values), version=None, actor=actor)


def wrong(centre: Centre, **values: object) -> set[str]:
    with pytest.raises(NotValid) as refused:
        saved(centre, **values)
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
def test_impossible_hours_are_refused(centre: Centre, hours: dict[str, list[list[str]]], problem: str) -> None:
    assert wrong(centre, hours=hours) == {problem}


def test_everything_that_is_wrong_is_told_at_once(centre: Centre) -> None:
    policy = QueuePolicy(
        skills={"juggling": 2},
        rings=(RingRule(after=30, agents=(99,)), RingRule(after=20, teams=(99,))),
        overflow="queue",
        max_wait=300,
        channels=(),
    )
    assert wrong(centre, names={"en": "Repairs"}, policy=policy, zone="Mars/Base", holidays=("Christmas",)) == {
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


def test_a_queue_does_not_pass_on_to_itself(centre: Centre) -> None:
    policy = QueuePolicy(overflow="queue", max_wait=300, overflow_queue=centre.delivery)
    assert wrong(centre, policy=policy) == {"policy.overflow_queue"}
    saved(centre, policy=policy.model_copy(update={"overflow_queue": centre.billing}))


def test_hours_and_the_rest_are_told_apart_with_both_values(centre: Centre) -> None:
    saved(centre, priority=30, hours={"mon": [["09:00", "12:00"]]})
    told = {row.kind: row.data for row in centre.rows(History) if row.kind in ("QueueChanged", "HoursChanged")}
    assert told["QueueChanged"]["changed"]["priority"] == [0, 30]
    assert told["HoursChanged"]["changed"]["hours"] == [{}, {"mon": [["09:00", "12:00"]]}]
    before = len(centre.rows(History))
    saved(centre, priority=30, hours={"mon": [["09:00", "12:00"]], "tue": []}, greetings={"en": " "})
    assert len(centre.rows(History)) == before


def test_a_late_save_is_refused_by_its_version(centre: Centre) -> None:
    version = queues.version_of(queues.settings_of(centre.row(Queue, centre.delivery)))
    saved(centre, priority=30)
    with pytest.raises(StaleSave), centre.wiring.work() as work:
        queues.change(work, centre.delivery, settings=settings(), version=version, actor=centre.actor("robin"))


def test_what_waits_is_offered_to_whom_the_new_rules_let_in(centre: Centre) -> None:
    centre.change("alice", skills={})
    centre.available("alice")
    interaction_id, _ = centre.call()
    assert centre.asked(interaction_id) is None
    saved(centre, policy=QueuePolicy())
    with centre.wiring.work() as work:
        queues.ask_again(work)
    assert centre.asked(interaction_id) == "alice"


def test_a_queue_stays_in_use_while_it_is_needed(centre: Centre) -> None:
    robin = centre.actor("robin")

    def refused() -> str:
        with pytest.raises(queues.QueueInUse) as error, centre.wiring.work() as work:
            queues.put_out_of_use(work, centre.billing, actor=robin)
        return str(error.value)

    assert "+14155550100 leads to this queue" in refused()
    centre.run("UPDATE numbers SET menu = jsonb_build_object('1', CAST(:id AS bigint))", id=centre.delivery)
    saved(centre, policy=QueuePolicy(overflow="queue", max_wait=60, overflow_queue=centre.billing))
    assert "Repairs overflows to this one" in refused()
    saved(centre)
    waiting, _ = centre.call()
    centre.run("UPDATE interactions SET queue_id = :queue WHERE id = :id", queue=centre.billing, id=waiting)
    assert "Somebody waits in this queue" in refused()
    centre.run("UPDATE interactions SET queue_id = :queue WHERE id = :id", queue=centre.delivery, id=waiting)
    with centre.wiring.work() as work:
        queues.put_out_of_use(work, centre.billing, actor=robin)
    assert not centre.row(Queue, centre.billing).is_active
    with centre.wiring.work() as work:
        queues.put_into_use(work, centre.billing, actor=robin)
    assert centre.row(Queue, centre.billing).is_active


def test_mallory_and_supervisors_change_nothing(centre: Centre) -> None:
    for name in ("alice", "sam"):
        with pytest.raises(NotAllowed), centre.wiring.work() as work:
            queues.change(work, centre.delivery, settings=settings(), version=None, actor=centre.actor(name))
