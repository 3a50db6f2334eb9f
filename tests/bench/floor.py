"""The floors: minimal cost of a view with the same PostgreSQL work, or of a socket with the same Redis work."""

import flask
import socketio
from flask import Flask, Response, request
from flask_socketio import SocketIO
from gevent import monkey
from sqlalchemy import create_engine, text

from callcenter import settings

CHANNEL = "floor"
TABLES = """
CREATE TABLE floor_callers (id bigint PRIMARY KEY, number text UNIQUE NOT NULL, calls int NOT NULL DEFAULT 0);
CREATE TABLE floor_calls (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sid text UNIQUE NOT NULL, caller_id bigint);
"""
FIND = text("SELECT id FROM floor_callers WHERE number = :number")
WRITE = text("INSERT INTO floor_calls (sid, caller_id) VALUES (:sid, :caller_id) ON CONFLICT (sid) DO NOTHING")
COUNT = text("UPDATE floor_callers SET calls = calls + 1 WHERE id = :caller_id")
ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response><Say>Welcome</Say></Response>'


def application() -> Flask:
    """The floor: three indexed statements and one commit; a bare socket; a view that does nothing."""
    ours = settings.load()
    app = Flask("floor")
    engine = create_engine(ours.database_url, pool_size=ours.database_pool, max_overflow=ours.database_pool)

    @app.post("/floor")
    def call() -> Response:
        form = request.form
        with engine.begin() as connection:
            caller_id = connection.execute(FIND, {"number": form["From"]}).scalar()
            connection.execute(WRITE, {"sid": form["CallSid"], "caller_id": caller_id})
            connection.execute(COUNT, {"caller_id": caller_id})
        return Response(ANSWER, mimetype="text/xml")

    @app.get("/floor")
    def nothing() -> str:
        return "ok"

    _line(app, ours.redis_url)
    return app


def _line(app: Flask, redis_url: str) -> None:
    """Every connection receives every broadcast; every request is answered."""
    line = SocketIO(
        app,
        async_mode="gevent" if monkey.is_module_patched("socket") else "threading",
        client_manager=socketio.RedisManager(redis_url, channel=CHANNEL),
        transports=["websocket"],
        manage_session=False,
    )
    line.on_event("connect", lambda *_: None)
    line.on_event("echo", lambda *_: flask.request.sid)  # type: ignore[attr-defined]
