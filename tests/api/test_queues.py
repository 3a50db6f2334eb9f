"""Queue routing, read and changed by the API."""

from tests.api.conftest import Grant
from tests.api.program import Program, problem
from tests.factories import Centre


def test_a_program_sets_up_rings_and_hours(grant: Grant, centre: Centre) -> None:
    robin = grant("robin", role="administrator")
    there = f"/queues/{centre.delivery}"
    before = robin.get(there).get_json()
    assert before["routing"]["skills"] == {"delivery": 1}
    routing = {**before["routing"], "skills": {}, "rings": [{"after": 30, "any_language": True}], "aging": 2.0}
    sent = {"version": before["version"], "routing": routing, "hours": {"mon": [["09:00", "12:00"]]}, "priority": 20}
    after = robin.patch(there, sent).get_json()
    assert after["routing"]["rings"][0]["after"] == 30
    assert (after["routing"]["aging"], after["priority"]) == (2.0, 20)
    assert after["hours"] == {"mon": [["09:00", "12:00"]]}
    told = problem(robin.patch(there, {**sent, "priority": 30}), 409, "stale-save")
    assert told["theirs"]["priority"] == 20
    assert {"QueueChanged", "HoursChanged"} <= set(centre.kinds())


def test_everything_that_is_wrong_is_named(grant: Grant, centre: Centre) -> None:
    robin = grant("robin", role="administrator")
    there = f"/queues/{centre.delivery}"
    routing = {"rings": [{"after": 30}, {"after": 30}], "skills": {"juggling": 2}, "max_wait": 60}
    told = problem(robin.patch(there, {"routing": routing, "zone": "Mars/Base"}), 422, "invalid", field="zone")
    named = {one["field"] for one in told["errors"]}
    assert named == {"zone", "routing.rings.1.after", "routing.skills.juggling", "routing.overflow"}
    problem(robin.patch(there, {"routing": {"aging": 99}}), 422, "invalid", field="routing.aging")
    problem(robin.patch(there, {"names": {"en": "Deli\x0bvery"}}), 422, "invalid", field="names.en")
    problem(robin.patch(there, {"target_percent": 200}), 422, "invalid", field="target_percent")


def test_only_administrators_set_queues_up(alice: Program, grant: Grant, centre: Centre) -> None:
    for program in (alice, grant("sam", role="supervisor")):
        problem(program.patch(f"/queues/{centre.delivery}", {"priority": 3}), 403, "not-allowed")
