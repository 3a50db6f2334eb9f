"""Socket.IO server of browsers and programs: who may connect, their rooms, missed events. Pushes arrive by Redis."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import socketio
import structlog
from flask import Flask, request
from flask_socketio import ConnectionRefusedError, SocketIO, join_room
from gevent import monkey
from sqlalchemy.orm import Session

from callcenter import reactions, wiring
from callcenter.actions.agents import agents as acts
from callcenter.domain.permissions import Actor, audiences
from callcenter.push import CHANNEL
from callcenter.storage import history
from callcenter.storage.administration import access as tokens
from callcenter.storage.agents import agents
from callcenter.web import access

log = structlog.get_logger()
WALLBOARDS = "wallboards"
MOST_MISSED = 2000
# Websocket alone needs no sticky sessions; a heartbeat of the client (`catch_up`) follows every 10 s.
TRANSPORTS = ["websocket"]
REDIS_OPTIONS = {"socket_connect_timeout": 2, "health_check_interval": 20}
HEARS_WITHIN = 2.0  # seconds; without Redis the first browser waits no longer


@dataclass(frozen=True)
class Listener:
    """One connection, with the session key or token it was opened with."""

    actor: Actor
    session_key: str | None = None
    token: str | None = None

    @property
    def rooms(self) -> frozenset[str]:
        return frozenset(audiences(self.actor))


class Ears(socketio.RedisManager):
    """Socket.IO's Redis manager; waits until it has subscribed before it admits the first browser."""

    def __init__(self, redis_url: str) -> None:
        super().__init__(redis_url, channel=CHANNEL, redis_options=dict(REDIS_OPTIONS))
        self._hears = threading.Event()

    def initialize(self) -> None:
        super().initialize()
        # A push published before the subscription would be lost.
        self._hears.wait(HEARS_WITHIN)

    def _redis_connect(self) -> None:
        super()._redis_connect()
        self.pubsub = self.redis.pubsub()  # the default would drop the subscribe confirmation

    def _redis_listen_with_retries(self) -> Iterator[dict[str, Any]]:
        for message in super()._redis_listen_with_retries():
            self._hears.set()
            yield message


class LiveServer:
    def __init__(self, app: Flask) -> None:
        redis_url = app.extensions["callcenter"].settings.redis_url
        self.listeners: dict[str, Listener] = {}
        self.socketio = SocketIO()
        self.socketio.on_event("connect", self.connect)
        self.socketio.on_event("disconnect", self.disconnect)
        self.socketio.on_event("catch_up", self.catch_up)
        self.socketio.on_event("watch_wallboard", self.watch_wallboard)
        self.socketio.init_app(
            app,
            async_mode="gevent" if monkey.is_module_patched("socket") else "threading",
            client_manager=Ears(redis_url),
            transports=TRANSPORTS,
            manage_session=False,
            cors_credentials=False,
        )

    def connect(self, auth: object = None) -> None:
        """By session cookie, or auth={"token": …}; raises ConnectionRefusedError."""
        listener = self._by_token(auth) if isinstance(auth, dict) and auth.get("token") else self._by_session()
        if listener is None:
            raise ConnectionRefusedError("refused")
        self.listeners[sid()] = listener
        for room in listener.rooms - {WALLBOARDS}:
            join_room(room)
        if listener.actor.agent_id:
            with wiring.current().work() as work:
                acts.connected(work, sid=sid(), agent_id=listener.actor.agent_id)

    def _by_session(self) -> Listener | None:
        if not access.is_signed_in():
            return None
        return Listener(actor=access.current_actor(), session_key=access.current_agent().session_key)

    def _by_token(self, auth: dict[str, Any]) -> Listener | None:
        secret = str(auth["token"])
        with wiring.current().reading() as session:
            actor = actor_of_token(session, secret)
        return Listener(actor=actor, token=secret) if actor else None

    def disconnect(self, _reason: object = None) -> None:
        listener = self.listeners.pop(sid(), None)
        if listener and listener.actor.agent_id:
            with wiring.current().work() as work:
                acts.disconnected(work, sid=sid())

    def watch_wallboard(self, _data: object = None) -> bool:
        """Joins the room of the figures (once a second); False without permission."""
        listener = self.listeners.get(sid())
        may = listener is not None and WALLBOARDS in listener.rooms
        if may:
            join_room(WALLBOARDS)
        return may

    def catch_up(self, data: object = None) -> dict[str, Any] | None:
        """Events after {"after": n} in this listener's rooms (see `missed`) with the server's time; also the heartbeat.

        Disconnects a listener whose access has ended."""
        listener = self.listeners.get(sid())
        if listener is None or not self._still_valid(listener):
            self.socketio.server.disconnect(sid())
            return None
        if listener.actor.agent_id:
            with wiring.current().work() as work:
                acts.seen(work, sid=sid())
        after = data.get("after") if isinstance(data, dict) else None
        with wiring.current().reading() as session:
            caught_up = missed(session, after if isinstance(after, int) else None, listener)
        return {**caught_up, "now": wiring.current().clock().isoformat()}

    def _still_valid(self, listener: Listener) -> bool:
        with wiring.current().reading() as session:
            # A new password, signing out everywhere or a revoked token closes connections too.
            if listener.token is not None:
                return actor_of_token(session, listener.token) is not None
            agent = agents.get(session, listener.actor.agent_id or 0)
            return agent is not None and agent.is_active and agent.session_key == listener.session_key


def register(app: Flask) -> None:
    app.extensions["live"] = LiveServer(app)


def sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def actor_of_token(session: Session, secret: str) -> Actor | None:
    """None for an unknown or revoked token, or of an inactive agent."""
    token = tokens.token(session, secret)
    return tokens.actor_of(session, token) if token else None


def missed(session: Session, after: int | None, listener: Listener) -> dict[str, Any]:
    """{"events", "sequence", "reset"}. `sequence`: how far this answer reaches, with or without events for this listener.
    `reset`: reload the page, the gap is too large."""
    latest = history.latest(session)
    if after is None:
        return {"events": [], "sequence": latest, "reset": False}
    # Leaders read all events, an agent only their own.
    alone = None if listener.actor.leads else listener.actor.agent_id or 0
    rows = history.published_since(session, after, agent_id=alone, limit=MOST_MISSED + 1)
    # `after` beyond the latest event: the database was replaced.
    if after > latest or len(rows) > MOST_MISSED:
        return {"events": [], "sequence": latest, "reset": True}
    events = [
        {"sequence": row.sequence, "name": push.name, **push.ids}
        for row in rows
        if row.sequence is not None and row.sequence <= latest
        for push in reactions.pushes(row.event())
        if listener.rooms.intersection(push.rooms)
    ]
    return {"events": events, "sequence": latest, "reset": False}
