"""What-if runs by the API."""

from datetime import UTC, date, datetime

import pytest

import workers.job
from tests import past as written
from tests.api.program import Program, problem
from tests.factories import Centre
from workers import what_ifs as job


def test_a_program_asks_waits_and_reads(
    alice: Program, sam: Program, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers.job, "process_wiring", lambda: centre.wiring)
    centre.clock.now = datetime(2026, 11, 23, 20, tzinfo=UTC)
    written.busy_days(centre, date(2026, 11, 16))
    sent = {"day": "monday", "queue_id": centre.delivery, "agents": 1, "since": 540, "until": 660}
    problem(alice.post("/what-ifs", sent), 403, "not-allowed")
    problem(sam.post("/what-ifs", {**sent, "agents": 0}), 422, "invalid", "agents")
    made = sam.post("/what-ifs", sent)
    assert made.status_code == 201
    one = made.get_json()
    assert (one["state"], one["result"]) == ("queued", None)
    job.play(what_if_id=one["id"])
    done = sam.get(f"/what-ifs/{one['id']}").get_json()
    assert done["state"] == "done"
    assert done["result"]["figures"][0]["name"] == "mean_wait"
    assert [row["id"] for row in sam.get("/what-ifs").get_json()["data"]] == [one["id"]]
    problem(sam.get("/what-ifs/999"), 404, "not-found")
