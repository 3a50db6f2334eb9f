"""Pushes to browsers: an event's name and ids, to rooms. Browsers catch up on missed ones."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import socketio
from redis import RedisError

CHANNEL = "callcenter"
NAMESPACE = "/"
IMPATIENT = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
_gathered: ContextVar[list[Any] | None] = ContextVar("gathered", default=None)


class Push:
    """Writes to Socket.IO's Redis queue. A Redis failure is logged."""

    def __init__(self, redis_url: str) -> None:
        self._queue = _Queue(redis_url, channel=CHANNEL, write_only=True, redis_options=dict(IMPATIENT))

    def send(self, rooms: Sequence[str], name: str, payload: dict[str, object]) -> None:
        """Sends once per browser."""
        self._queue.emit(name, payload, namespace=NAMESPACE, room=list(rooms))

    def has_listeners(self) -> bool:
        """Whether a web process takes pushes on to browsers; False while Redis is away."""
        try:
            return self._queue.listeners() > 0
        except RedisError:
            return False

    @contextmanager
    def together(self) -> Iterator[None]:
        """One round trip for all pushes inside the block."""
        gathered: list[Any] = []
        token = _gathered.set(gathered)
        try:
            yield
        finally:
            _gathered.reset(token)
            self._queue.publish_all(gathered)


class _Queue(socketio.RedisManager):
    def listeners(self) -> int:
        if not self.connected:  # nothing was published yet
            self._redis_connect()
        [(_, count)] = self.redis.pubsub_numsub(self.channel)
        return int(count)

    def _publish(self, data: Any) -> None:
        gathered = _gathered.get()
        if gathered is None:
            super()._publish(data)
        else:
            gathered.append(data)

    def publish_all(self, messages: Sequence[Any]) -> None:
        if not self.connected or len(messages) < 2:
            for message in messages:
                super()._publish(message)
            return
        pipeline = self.redis.pipeline(transaction=False)
        for message in messages:
            pipeline.publish(self.channel, self.json.dumps(message))
        try:
            pipeline.execute()
        except RedisError:
            for message in messages:  # one by one, with the manager's retries and log lines
                super()._publish(message)
