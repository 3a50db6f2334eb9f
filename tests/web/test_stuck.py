"""The page of stuck work: failed jobs with their errors, retried by a click."""

from callcenter import due
from callcenter.storage import failures
from callcenter.storage.failures import Failure
from callcenter.web.admin.stuck import kinds
from tests.factories import Centre
from tests.site import SignIn, csrf_token


def _given_up(centre: Centre) -> int:
    for _ in range(failures.MOST_TRIES):
        due.note(centre.wiring, "send_message", 41, ZeroDivisionError())
    [row] = centre.rows(Failure)
    assert row.is_given_up
    return row.id


def test_what_failed_is_listed_and_an_administrator_tries_again(centre: Centre, signed_in: SignIn) -> None:
    sam, robin = signed_in("sam"), signed_in("robin")
    assert "Nothing is stuck" in sam.get("/admin/stuck").text
    id_ = _given_up(centre)
    page = sam.get("/admin/stuck").text
    assert "Send a message" in page
    assert "ZeroDivisionError" in page
    assert "given up" in page
    assert f"/admin/stuck/{id_}" not in page
    assert sam.post(f"/admin/stuck/{id_}", data={"csrf_token": csrf_token(sam)}).status_code == 403
    assert f"/admin/stuck/{id_}" in robin.get("/admin/stuck").text
    for _ in range(2):  # a second time there is nothing to do
        assert robin.post(f"/admin/stuck/{id_}", data={"csrf_token": csrf_token(robin)}).status_code == 303
    [row] = centre.rows(Failure)
    assert (row.is_given_up, row.tries, row.next_try_at) == (False, 0, centre.clock.now)


def test_every_kind_has_its_words_in_both_languages(centre: Centre, signed_in: SignIn) -> None:
    with signed_in("robin").application.test_request_context(headers={"Accept-Language": "en"}):
        english = kinds()
    with signed_in("robin").application.test_request_context(headers={"Accept-Language": "zh-CN"}):
        chinese = kinds()
    assert set(english) == {one.kind for one in due.DUE}
    assert all(chinese[kind] != words for kind, words in english.items())
