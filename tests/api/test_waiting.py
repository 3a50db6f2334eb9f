"""Why an interaction still waits, and kinds of break, by the API."""

from callcenter.actions.administration import company
from tests.api.program import Program, problem
from tests.factories import Shop


def test_why_one_still_waits_is_told_as_codes_and_ids(shop: Shop, sam: Program, alice: Program) -> None:
    shop.available("alice")
    shop.talk("+14155550170")
    id_, _ = shop.call()
    shop.clock.forward(7)
    told = sam.get(f"/interactions/{id_}/why").get_json()
    assert (told["is_waiting"], told["why"], told["agent_id"], told["waited"]) == (True, "nobody", None, 7)
    assert told["out"] == {"on_a_call": [shop.people.alice]}
    assert told["able"] == []
    shop.available("bo")
    told = sam.get(f"/interactions/{id_}/why").get_json()
    assert (told["is_waiting"], told["out"], told["score"]) == (False, {}, 0)
    problem(alice.get(f"/interactions/{id_}/why"), 404, "not-found")


def test_a_break_has_a_kind(shop: Shop, alice: Program) -> None:
    with shop.wiring.work() as work:
        names = {"en": "Lunch", "zh": "用餐"}
        company.add_break_reason(work, key="lunch", names=names, actor=shop.actor("robin"))
    shop.available("alice")
    me = alice.put("/agents/me/status", {"status": "break", "reason": "lunch"}).get_json()
    assert (me["status"], me["status_reason"]) == ("break", "lunch")
    problem(alice.put("/agents/me/status", {"status": "break", "reason": "sleep"}), 422, "invalid", "reason")
    alice.put("/agents/me/status", {"status": "available"})
    shop.talk()
    for _ in range(2):  # twice is as once
        me = alice.put("/agents/me/status", {"status": "break", "reason": "lunch"}).get_json()
        assert (me["status"], me["next_status"], me["next_reason"]) == ("available", "break", "lunch")
