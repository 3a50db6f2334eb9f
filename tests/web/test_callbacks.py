"""The callback list: figures and actions."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from callcenter.actions.callbacks import callback_admin
from callcenter.storage.callbacks.callbacks import Callback
from tests.factories import CARLA, LI_LEI, Centre
from tests.site import SignIn, csrf_token


def made(centre: Centre, number: str = CARLA, hours: float = 2) -> Callback:
    with centre.wiring.work() as work:
        return callback_admin.create(
            work,
            actor=centre.actor("bo"),
            number=number,
            queue_id=centre.delivery,
            at=centre.clock.now + timedelta(hours=hours),
            note="about the sofa",
        )


def test_the_list_shows_what_is_promised_and_how_well_it_is_kept(centre: Centre, signed_in: SignIn) -> None:
    centre.customer("Carla Jensen", CARLA)
    made(centre)
    late = made(centre, LI_LEI)
    centre.run("UPDATE callbacks SET promised_until = :then WHERE id = :id", then=centre.clock.now, id=late.id)
    centre.clock.forward(1)
    page = signed_in("alice").get("/callbacks/").text
    assert "Carla Jensen" in page
    assert "about the sofa" in page
    assert "of these late: 1" in page
    assert 'aria-current="page">Callbacks' in page
    assert "Waits" in page


def test_one_is_promised_changed_brought_forward_and_cancelled(centre: Centre, signed_in: SignIn) -> None:
    carla = centre.customer("Carla Jensen", CARLA)
    browser = signed_in("alice")
    form = browser.get(f"/callbacks/new?customer_id={carla}").text
    assert CARLA in form
    token = csrf_token(browser)
    local = (centre.clock.now + timedelta(hours=5)).astimezone(ZoneInfo("America/Los_Angeles"))
    sent = {
        "csrf_token": token,
        "customer_id": str(carla),
        "number": CARLA,
        "queue_id": str(centre.delivery),
        "at": local.strftime("%Y-%m-%dT%H:%M"),
        "note": "the invoice",
    }
    assert browser.post("/callbacks/", data=sent).status_code == 302
    [row] = centre.rows(Callback)
    assert (row.customer_id, row.promised_from) == (carla, (centre.clock.now + timedelta(hours=5)).replace(second=0))
    change = {"csrf_token": token, "number": LI_LEI, "at": sent["at"], "note": "another matter"}
    assert browser.post(f"/callbacks/{row.id}", data=change).status_code == 302
    after = centre.row(Callback, row.id)
    assert (after.number, after.note, after.promised_from) == (LI_LEI, "another matter", row.promised_from)
    assert browser.post(f"/callbacks/{row.id}/now", data={"csrf_token": token}).status_code == 302
    assert centre.row(Callback, row.id).next_try_at == centre.clock.now
    assert browser.post(f"/callbacks/{row.id}/cancel", data={"csrf_token": token, "reason": ""}).status_code == 422
    assert (
        browser.post(f"/callbacks/{row.id}/cancel", data={"csrf_token": token, "reason": "solved"}).status_code == 302
    )
    assert "solved" in browser.get("/callbacks/?state=cancelled").text
    timeline = browser.get(f"/customers/{carla}").text
    assert "Callback cancelled by You" in timeline
    assert "promised a callback" in timeline


def test_wrong_input_is_said_at_its_field_and_kept(centre: Centre, signed_in: SignIn) -> None:
    browser = signed_in("alice")
    token = csrf_token(browser)
    sent = {"csrf_token": token, "number": "nothing", "queue_id": str(centre.delivery), "note": "kept"}
    answer = browser.post("/callbacks/", data=sent)
    assert answer.status_code == 422
    assert "This is not a telephone number." in answer.text
    assert "kept" in answer.text
    assert browser.get("/callbacks/999").status_code == 404


def test_a_part_of_the_page_answers_for_live_changes(centre: Centre, signed_in: SignIn) -> None:
    row = made(centre)
    browser = signed_in("sam")
    token = csrf_token(browser)
    headers = {"HX-Request": "true", "X-CSRFToken": token}
    part = browser.post(f"/callbacks/{row.id}/now", headers=headers).text
    assert part.lstrip().startswith('<div id="callbacks"')
    assert "<html" not in browser.get("/callbacks/list?state=all").text
