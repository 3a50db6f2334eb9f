"""Health endpoints for monitoring."""

from flask import Flask
from flask.testing import FlaskClient

from callcenter import embedded, observe
from callcenter.actions.administration import staff
from callcenter.reports.supervision import invariants
from callcenter.storage.database import newest_revision
from callcenter.wiring import Wiring
from tests.site import People, SignIn


def test_alive_needs_nothing(client: FlaskClient, postgres_server: embedded.EmbeddedServer) -> None:
    postgres_server.stop()
    assert client.get("/healthz").json == {"alive": True}
    postgres_server.start()


def test_ready_needs_the_database_and_only_tells_of_redis(
    client: FlaskClient, redis_server: embedded.EmbeddedServer
) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (
        200,
        {"ready": True, "database": True, "migrated": True, "redis": True},
    )
    redis_server.stop()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json and answer.json["redis"]) == (200, False)
    redis_server.start()


def test_not_ready_without_the_database(client: FlaskClient, postgres_server: embedded.EmbeddedServer) -> None:
    postgres_server.stop()
    assert client.get("/readyz").status_code == 503
    postgres_server.start()


def test_not_ready_before_the_migration(client: FlaskClient, wiring: Wiring) -> None:
    with wiring.work() as work:
        work.session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
    answer = client.get("/readyz")
    with wiring.work() as work:
        work.session.connection().exec_driver_sql(f"UPDATE alembic_version SET version_num = '{newest_revision()}'")
    assert (answer.status_code, answer.json and answer.json["migrated"]) == (503, False)


def test_figures_are_for_this_machine_and_administrators(
    app: Flask, client: FlaskClient, signed_in: SignIn, wiring: Wiring, people: People
) -> None:
    assert people
    outside = {"X-Forwarded-For": "203.0.113.9"}
    client.get("/sign-in")
    text = client.get("/metrics").text
    assert 'callcenter_requests_total{method="GET",route="/sign-in",status="200"}' in text
    assert "callcenter_unpublished_events 0.0" in text
    for name in ("", "_seconds", "_failing", "_given_up"):
        assert f'callcenter_due{name}{{what="send_message"}} 0.0' in text
    for kind in invariants.KINDS:
        assert f'callcenter_broken_invariants{{what="{kind}"}} 0.0' in text
    assert client.get("/metrics", headers=outside).status_code == 403
    assert signed_in("sam").get("/metrics", headers=outside).status_code == 403
    assert signed_in("robin").get("/metrics", headers=outside).status_code == 200
    with wiring.work() as work:
        _, secret = staff.issue_token(work, name="prometheus", role="administrator")
    by_token = {**outside, "Authorization": f"Bearer {secret}"}
    assert app.test_client().get("/metrics", headers=by_token).status_code == 200


def test_no_telephone_number_reaches_a_log_line() -> None:
    line = {
        "event": "called +1 415-555-0142",
        "number": "+14155550142",
        "timestamp": "2026-11-22T20:00:00Z",
        "ms": 12.5,
    }
    told = observe.without_numbers(None, "info", line)
    assert "5550142" not in str(told)
    assert told["number"] == "…42"
    assert told["timestamp"] == "2026-11-22T20:00:00Z"
