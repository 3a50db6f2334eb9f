"""Liveness, readiness and metrics for monitoring."""

from collections.abc import Callable, Iterator, Sequence

from flask import Blueprint, Response, abort, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from callcenter import due, observe, wiring
from callcenter.domain.agents import Role
from callcenter.reports.administration.servers import newest
from callcenter.reports.supervision import invariants
from callcenter.storage.administration import access as tokens
from callcenter.storage.database import current_revision
from callcenter.storage.due import Late
from callcenter.storage.supervision import figures
from callcenter.web import access
from callcenter.web.plumbing import requests

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@access.public
def alive() -> Response:
    return jsonify(alive=True)


@pages.get("/readyz")
@access.public
def ready() -> tuple[Response, int]:
    """200 with the database at this release's migration, else 503. Redis is reported only."""
    database, migrated = _database()
    # Without Redis calls are still answered.
    state = {"database": database, "migrated": migrated, "redis": _redis()}
    return jsonify(ready=database and migrated, **state), 200 if database and migrated else 503


def _database() -> tuple[bool, bool]:
    try:
        with wiring.current().reading() as session:
            return True, current_revision(session) == newest()
    except SQLAlchemyError:
        return False, False


def _redis() -> bool:
    try:
        return bool(wiring.current().background.redis.ping())
    except RedisError:
        return False


@pages.get("/metrics")
@access.public
def metrics() -> Response:
    """For Prometheus: open on this machine, elsewhere for administrators (session or token)."""
    if not (requests.is_here(requests.address()) or _is_administrator()):
        abort(403)
    registry = observe.registry()
    registry.register(Now())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _is_administrator() -> bool:
    if access.is_signed_in():
        return access.current_agent().role == Role.ADMINISTRATOR
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret:
        return False
    with wiring.current().reading() as session:
        token = tokens.token(session, secret)
    return token is not None and token.role == Role.ADMINISTRATOR


class Now:
    """Gauges read from the database at scrape time."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with wiring.current().reading() as session:
            counted = figures.now(session, wiring.current().clock())
            late = due.lateness(session, wiring.current().clock())
            broken = invariants.counts(invariants.breaches(session, wiring.current().clock()))
        live = GaugeMetricFamily("callcenter_interactions", "Live interactions", labels=("channel", "state"))
        for (channel, state), count in counted.interactions.items():
            live.add_metric((channel, state), count)
        yield live
        yield GaugeMetricFamily(
            "callcenter_unpublished_events", "Events not yet told to anybody", value=counted.unpublished
        )
        yield from _due(late)
        never = GaugeMetricFamily("callcenter_broken_invariants", "What must never be: always 0", labels=("what",))
        for what, count in broken.items():
            never.add_metric((what,), count)
        yield never


def _due(late: Sequence[Late]) -> Iterator[GaugeMetricFamily]:
    gauges: dict[str, tuple[str, Callable[[Late], float]]] = {
        "callcenter_due": ("Due and not yet done", lambda one: one.due),
        "callcenter_due_seconds": ("For how long the first of them has been due", lambda one: one.seconds),
        "callcenter_due_failing": ("Due, failed, and to be tried again", lambda one: one.failing - one.given_up),
        "callcenter_due_given_up": ("Due, failed, and given up", lambda one: one.given_up),
    }
    for name, (meaning, figure) in gauges.items():
        family = GaugeMetricFamily(name, meaning, labels=("what",))
        for one in late:
            family.add_metric((one.kind,), figure(one))
        yield family
