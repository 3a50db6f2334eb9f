"""The simulator's threaded HTTP server with persistent connections. Tests use it in process."""

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from callcenter.simulator.app import create_app
from callcenter.simulator.carrier import Carrier


class QuietHandler(WSGIRequestHandler):
    """Keep-alive connections, no access log."""

    protocol_version = "HTTP/1.1"

    # Numbers and texts stay out of logs.
    def log_request(self, *_: object, **__: object) -> None:
        return


def serve(carrier: Carrier) -> BaseWSGIServer:
    """A server on the configured address; port 0 takes any free port."""
    settings = carrier.settings
    server = make_server(settings.host, settings.port, create_app(carrier), threaded=True, request_handler=QuietHandler)
    server.daemon_threads = True  # type: ignore[attr-defined]
    carrier.base_url = f"http://{settings.host}:{server.server_port}"
    return server
