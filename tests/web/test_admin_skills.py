"""Pages of the skills matrix, company numbers and kinds of break."""

import pytest
from flask.testing import FlaskClient

from callcenter.storage.administration.company import BreakReason, Company, Skill
from tests.factories import Centre
from tests.site import SignIn, csrf_token
from tests.web.test_admin import form_of, write


@pytest.fixture
def robin(signed_in: SignIn, centre: Centre) -> FlaskClient:
    with centre.wiring.work() as work:
        work.session.add(Skill(key="delivery", names={"en": "Delivery", "zh": "配送"}))
    return signed_in("robin")


def cell(browser: FlaskClient, path: str, value: str) -> tuple[int, str, str]:
    headers = {"X-CSRFToken": csrf_token(browser), "HX-Request": "true"}
    answer = browser.post(f"/admin/skills/agents/{path}", data={"value": value}, headers=headers)
    return answer.status_code, answer.text, answer.headers.get("HX-Retarget", "")


def test_a_cell_is_saved_by_itself(robin: FlaskClient, centre: Centre) -> None:
    alice = centre.id_of("alice")
    status, part, _ = cell(robin, f"{alice}/skill/delivery", "5")
    assert status == 200
    assert f'id="cell-{alice}-skill-delivery"' in part
    assert 'value="5"' in part
    cell(robin, f"{alice}/language/zh", "")
    cell(robin, f"{alice}/conversations/", "2")
    cell(robin, f"{alice}/calls_over/", "1")
    row = centre.agent("alice")
    assert (row.skills, row.languages) == ({"delivery": 5}, ["en"])
    assert (row.max_conversations, row.limits) == (2, {"calls_over": 1})
    cell(robin, f"{alice}/skill/delivery", "")
    assert centre.agent("alice").skills == {}


@pytest.mark.parametrize("value", ["6", "-1", "much", "٣", "99999"])
def test_what_is_no_level_stands_marked_in_its_cell(robin: FlaskClient, centre: Centre, value: str) -> None:
    alice = centre.id_of("alice")
    status, part, target = cell(robin, f"{alice}/skill/delivery", value)
    assert status == 422
    assert target == f"#cell-{alice}-skill-delivery"
    assert 'aria-invalid="true"' in part
    assert "from 0 to 5" in part
    assert centre.agent("alice").skills == {"delivery": 3}


def test_what_is_not_there_cannot_be_changed(robin: FlaskClient, centre: Centre) -> None:
    assert cell(robin, f"{centre.id_of('alice')}/shoe-size/", "43")[0] == 404
    assert cell(robin, "99/skill/delivery", "3")[0] == 404
    assert cell(robin, f"{centre.id_of('alice')}/skill/juggling", "3")[0] == 422


def test_a_skill_is_added_renamed_and_removed(robin: FlaskClient, centre: Centre) -> None:
    headers = {"X-CSRFToken": csrf_token(robin)}
    new = {"key": "repair", "names.en": "Repair", "names.zh": ""}
    refused = robin.post("/admin/skills", data=new, headers=headers)
    assert refused.status_code == 422
    assert "It needs a name in both languages." in refused.text
    assert 'value="Repair"' in refused.text
    assert robin.post("/admin/skills", data={**new, "names.zh": "维修"}, headers=headers).status_code == 302
    delivery, repair = centre.rows(Skill)
    robin.post(f"/admin/skills/{repair.id}", data={"names.en": "Repairs", "names.zh": "维修"}, headers=headers)
    assert "Repairs" in robin.get("/admin/skills").text
    kept = robin.post(f"/admin/skills/{delivery.id}", data={"act": "remove"}, headers=headers)
    assert kept.status_code == 409
    assert "The queue Delivery asks for this skill." in kept.text
    robin.post(f"/admin/skills/{repair.id}", data={"act": "remove"}, headers=headers)
    assert [row.key for row in centre.rows(Skill)] == ["delivery"]


def test_numbers_are_saved_and_wrong_ones_stand_beside_their_field(robin: FlaskClient, centre: Centre) -> None:
    form = form_of(robin.get("/admin/numbers").text)
    write(form, {"tiers.gold": "90", "misses_allowed": "0", "conversations_on_calls": "yes", "aging.sms": "1,5"})
    refused = robin.post("/admin/numbers", data=form)
    assert refused.status_code == 422
    assert "At least 1." in refused.text
    assert "Write a number." in refused.text
    form = form_of(refused.text)
    write(form, {"misses_allowed": "3", "aging.sms": "0.5"})
    assert robin.post("/admin/numbers", data=form).status_code == 302
    policy = centre.row(Company, 1).routing_policy
    assert (policy.tiers["gold"], policy.misses_allowed, policy.conversations_on_calls) == (90, 3, True)


def test_a_late_save_of_numbers_shows_both(robin: FlaskClient, centre: Centre) -> None:
    mine, theirs = form_of(robin.get("/admin/numbers").text), form_of(robin.get("/admin/numbers").text)
    theirs["redial_seconds"] = "90"
    assert robin.post("/admin/numbers", data=theirs).status_code == 302
    mine["redial_seconds"] = "45"
    late = robin.post("/admin/numbers", data=mine)
    assert late.status_code == 409
    assert "Saved meanwhile: 90" in late.text
    assert robin.post("/admin/numbers", data=form_of(late.text)).status_code == 302
    assert centre.row(Company, 1).routing_policy.redial_seconds == 45


def test_kinds_of_break_are_added_and_retired(robin: FlaskClient, centre: Centre) -> None:
    headers = {"X-CSRFToken": csrf_token(robin)}
    lunch = {"key": "training", "names.en": "Training", "names.zh": "培训"}
    assert robin.post("/admin/breaks", data=lunch, headers=headers).status_code == 302
    again = robin.post("/admin/breaks", data=lunch, headers=headers)
    assert again.status_code == 422
    assert "There is already a kind of break of this key." in again.text
    row = centre.rows(BreakReason)[-1]
    robin.post(f"/admin/breaks/{row.id}", data={"names.en": "Course", "names.zh": "培训"}, headers=headers)
    row = centre.row(BreakReason, row.id)
    assert (row.names["en"], row.is_active) == ("Course", False)
