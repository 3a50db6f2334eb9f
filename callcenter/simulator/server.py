"""The simulator's HTTP server: threads, open connections, no log of numbers and texts. Also used by tests in process."""

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from callcenter.simulator.app import create_app
from callcenter.simulator.carrier import Carrier


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
