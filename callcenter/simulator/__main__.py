"""python -m callcenter.simulator: starts the carrier simulator and serves until SIGTERM or SIGINT."""

import signal
import sys
import threading
from types import FrameType

from callcenter.simulator.carrier import Carrier
from callcenter.simulator.server import serve
from callcenter.simulator.settings import SimulatorSettings


def main() -> int:
    try:
        settings = SimulatorSettings.from_environment()
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
        # shutdown() blocks until serve_forever() returns, so it runs in another thread.
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
