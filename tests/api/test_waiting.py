"""Why an interaction still waits, and kinds of break, by the API."""

from callcenter.actions.administration import company
from tests.api.program import Program, problem
from tests.factories import Centre


def test_why_one_still_waits_is_told_as_codes_and_ids(centre: Centre, sam: Program, alice: Program) -> None:
    centre.available("alice")
    centre.talk("+14155550170")
    id_, _ = centre.call()
    centre.clock.forward(7)
    told = sam.get(f"/interactions/{id_}/why").get_json()
    assert (told["is_waiting"], told["why"], told["agent_id"], told["waited"]) == (True, "nobody", None, 7)
    assert told["out"] == {"on_a_call": [centre.people.alice]}
    assert told["able"] == []
    centre.available("bo")
    told = sam.get(f"/interactions/{id_}/why").get_json()
    assert (told["is_waiting"], told["out"], told["score"]) == (False, {}, 0)
    problem(alice.get(f"/interactions/{id_}/why"), 404, "not-found")


def test_a_break_has_a_kind(centre: Centre, alice: Program) -> None:
    with centre.wiring.work() as work:
        names = {"en": "Lunch", "zh": "用餐"}
        company.add_break_reason(work, key="lunch", names=names, actor=centre.actor("robin"))
    centre.available("alice")
    me = alice.put("/agents/me/status", {"status": "break", "reason": "lunch"}).get_json()
    assert (me["status"], me["status_reason"]) == ("break", "lunch")
    problem(alice.put("/agents/me/status", {"status": "break", "reason": "sleep"}), 422, "invalid", "reason")
    alice.put("/agents/me/status", {"status": "available"})
    centre.talk()
    for _ in range(2):  # twice is as once
        me = alice.put("/agents/me/status", {"status": "break", "reason": "lunch"}).get_json()
        assert (me["status"], me["next_status"], me["next_reason"]) == ("available", "break", "lunch")
