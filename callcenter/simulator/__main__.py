"""python -m callcenter.simulator: starts the pretended telephone company and serves it until it is told to stop."""

import signal
import sys
import threading
from types import FrameType

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from callcenter.simulator.app import create_app
from callcenter.simulator.carrier import Carrier
from callcenter.simulator.settings import Settings


class QuietHandler(WSGIRequestHandler):
    """Keeps connections open, and logs nothing of what goes well: numbers and texts stay out of logs."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *_: object, **__: object) -> None:
        return


def serve(carrier: Carrier) -> BaseWSGIServer:
    """A server on the address of the settings; port 0 takes any free one."""
    settings = carrier.settings
    server = make_server(settings.host, settings.port, create_app(carrier), threaded=True, request_handler=QuietHandler)
    server.daemon_threads = True  # type: ignore[attr-defined]
    carrier.base_url = f"http://{settings.host}:{server.server_port}"
    return server


def main() -> int:
    try:
        settings = Settings.from_environment()
    except ValueError as error:
        print(f"The simulator cannot start: {error}", file=sys.stderr)
        return 2
    carrier = Carrier(settings)
    try:
        server = serve(carrier)
    except (OSError, SystemExit):
        print(
            f"The simulator cannot listen on {settings.host}:{settings.port}; set SIMULATOR_BIND to a free address.",
            file=sys.stderr,
        )
        return 2

    def stop(_signal: int, _frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"The pretended telephone company listens on {carrier.base_url}", flush=True)
    server.serve_forever()
    carrier.close()
    server.server_close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
