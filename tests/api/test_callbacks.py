"""Callbacks and transfers by the API."""

from datetime import timedelta

from callcenter.domain.routing import QueuePolicy
from callcenter.storage.administration.company import Queue
from callcenter.storage.callbacks.callbacks import Callback
from tests.api.program import Program, problem
from tests.factories import CARLA, LI_LEI, Centre


def test_a_callback_is_promised_once_changed_and_cancelled(alice: Program, centre: Centre) -> None:
    at = (centre.clock.now + timedelta(hours=2)).isoformat()
    sent = {"number": CARLA, "queue_id": centre.delivery, "at": at, "note": "the sofa"}
    made = alice.post("/callbacks", sent)
    assert made.status_code == 201
    one = made.get_json()
    assert (one["state"], one["source"], one["number"], one["promised_from"][:16]) == ("waiting", "api", CARLA, at[:16])
    there = f"/callbacks/{one['id']}"
    assert alice.patch(there, {"number": LI_LEI, "note": "new"}).get_json()["number"] == LI_LEI
    assert alice.patch(there, {"now": True}).get_json()["next_try_at"]
    assert alice.get("/callbacks", state="waiting").get_json()["data"][0]["id"] == one["id"]
    assert alice.patch(there, {"cancelled": "solved"}).get_json()["end_reason"] == "solved"
    problem(alice.patch(there, {"note": "late"}), 409, "callback-over")
    assert len(centre.rows(Callback)) == 1
    problem(alice.post("/callbacks", {"number": "none", "queue_id": centre.delivery}), 422, "invalid", "number")
    problem(alice.post("/callbacks", {"number": CARLA, "queue_id": 999}), 422, "invalid", "queue_id")


def test_a_customer_is_passed_on(alice: Program, centre: Centre) -> None:
    with centre.wiring.work() as work:
        queue = work.session.get(Queue, centre.billing)
        assert queue is not None
        queue.hours, queue.routing = {}, QueuePolicy().model_dump(mode="json")
    centre.available("alice")
    call_id, _, _ = centre.talk()
    there = f"/interactions/{call_id}/transfer"
    problem(alice.post(there, {"reason": "x"}), 422, "invalid", "queue_id")
    problem(alice.post(there, {"reason": "x", "agent_id": centre.people.bo}), 409, "agent-not-free")
    assert alice.post(there, {"reason": "an invoice", "queue_id": centre.billing}).status_code == 204
    assert centre.interaction(call_id).queue_id == centre.billing
