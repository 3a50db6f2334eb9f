"""Tell browsers that something happened: a name and ids, to the rooms of those who may know. What was missed they catch up."""

from collections.abc import Sequence

import socketio

CHANNEL = "callcenter"
NAMESPACE = "/"
IMPATIENT = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}


class Push:
    """Writes to Socket.IO's Redis queue; any web process hands it on. A Redis that is away is logged, never waited for."""

    def __init__(self, redis_url: str) -> None:
        self._queue = socketio.RedisManager(redis_url, channel=CHANNEL, write_only=True, redis_options=dict(IMPATIENT))

    def send(self, rooms: Sequence[str], name: str, payload: dict[str, object]) -> None:
        """Once to everybody in any of these rooms."""
        self._queue.emit(name, payload, namespace=NAMESPACE, room=list(rooms))
