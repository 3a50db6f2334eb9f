"""`callcenter demo`: the whole system on this machine, with an invented company and the carrier simulator."""

import errno
import fcntl
import json
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click
import psutil

from callcenter import demo as company
from callcenter import embedded
from callcenter.cli import forked, twilio
from callcenter.cli.children import Child, Family, executed, until_signal
from callcenter.cli.forked import Forked
from callcenter.cli.processes import FIGURES, WEB, fresh_folder_for_figures
from callcenter.cli.speech import CommandFailed, Misused, settings
from callcenter.demo import personas
from callcenter.embedded import place
from callcenter.settings import Settings
from callcenter.storage.database import Database, migrate
from callcenter.telephony.account import split

WEB_BIND = "127.0.0.1:8000"
SIMULATOR_BIND = "127.0.0.1:8100"
# Named, not imported: entry points do not import each other.
FORKED = {
    "simulator": "callcenter.simulator.__main__",
    "worker": "workers.__main__",
    "long-worker": "workers.long",
    "clock": "workers.clock",
}


@click.command()
def demo() -> None:
    """Start everything for a look around: servers, web, workers, clock, and a telephone to call from."""
    data = embedded.data_folder()
    place.make(data)
    with until_signal(), _alone(data), ExitStack() as stack:
        family = Family(data / "demo-processes.json")
        family.end_predecessors()
        for variable, usual in (("BIND", WEB_BIND), ("SIMULATOR_BIND", SIMULATOR_BIND)):
            os.environ[variable] = os.environ.get(variable) or usual
            _check_free(os.environ[variable], variable)
        forked.load(tuple(FORKED.values()))
        watched = _servers(data, stack)
        ours = _settle(data)
        _fill(ours)
        stack.callback(click.echo, "Stopped; nothing is lost.")
        stack.callback(family.stop)
        _start(family, data / "logs", ours)
        click.echo(_welcome(ours, data))
        family.watch(*watched)


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    with (data / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandFailed(
                f"The demo is running already on {data}. Look for it at {_url(os.environ.get('BIND') or WEB_BIND)}, "
                "or set CALLCENTER_DATA, BIND and SIMULATOR_BIND to start a second one."
            ) from None
        yield


def _servers(data: Path, stack: ExitStack) -> list[Callable[[], None]]:
    """Start servers without a configured address; returns functions that restart them where needed."""
    kinds = (("DATABASE_URL", "PostgreSQL", embedded.postgres), ("REDIS_URL", "Redis", embedded.redis))
    watched: list[Callable[[], None]] = []
    names = [name for variable, name, _ in kinds if not os.environ.get(variable)]
    os.environ["EMBEDDED_SERVERS"] = " ".join(names)
    for variable, name, start in kinds:
        if not os.environ.get(variable):
            click.echo(f"Starting {name} …", err=True)
            server = stack.enter_context(start(data))
            os.environ[variable] = server.url
            watched.append(partial(_revive, server, name))
    return watched


def _revive(server: embedded.EmbeddedServer, name: str) -> None:
    if server.pid is None:
        click.echo(f"{name} ended and is started again.", err=True)
        server.start()


def _settle(data: Path) -> Settings:
    """Set this process's environment, which all child processes inherit."""
    bind, pretended = os.environ["BIND"], _url(os.environ["SIMULATOR_BIND"])
    company.write_people(data / "people.json")
    os.environ.update(_secrets(data / "demo-secrets.json"))
    os.environ.update(
        CALLCENTER_ENV="demo",
        PUBLIC_URL=os.environ.get("PUBLIC_URL") or _url(bind),
        SIMULATOR_URL=os.environ.get("SIMULATOR_URL") or pretended,
        SIMULATOR_NUMBERS=company.OUR_NUMBER,
        SIMULATOR_COMPANY=personas.COMPANY["en"],
        SIMULATOR_PEOPLE=str(data / "people.json"),
        SIMULATOR_STATE=str(data / "simulator.json"),
        TWILIO_API_URL=pretended,
        NO_PROXY=",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.1", "localhost", "::1"))),
    )
    os.environ.setdefault(FIGURES, str(data / "figures"))
    fresh_folder_for_figures()
    return settings()


def _url(bind: str) -> str:
    host, _, port = bind.rpartition(":")
    return f"http://{'127.0.0.1' if host in ('', '0.0.0.0', '[::]') else host}:{port}"


def _secrets(path: Path) -> dict[str, str]:
    # Stored, so that sessions and the simulator's state survive a restart.
    if not path.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(32),
            "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            "TWILIO_API_KEY": f"SK{secrets.token_hex(16)}",
            "TWILIO_API_SECRET": secrets.token_hex(16),
            "TWILIO_TWIML_APP_SID": f"AP{secrets.token_hex(16)}",
        }
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(made))
        fresh.replace(path)
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


def _check_free(bind: str, variable: str) -> None:
    host, _, port = bind.rpartition(":")
    if not host or not port.isdigit():
        raise Misused(f"{variable} must be an address and a port such as {WEB_BIND}, not {bind}.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OSError as error:
            raise CommandFailed(_why_not(error, bind, variable)) from error


def _why_not(error: OSError, bind: str, variable: str) -> str:
    port = int(bind.rpartition(":")[2])
    another = f"choose another address: {variable}=127.0.0.1:{port + 10} make run"
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken{_by_whom(port)}. Stop that program, or {another}"
    return f"{bind} cannot be used ({error.strerror}); {another}"


def _by_whom(port: int) -> str:
    with suppress(psutil.Error):
        for line in psutil.net_connections("tcp"):
            if line.status == psutil.CONN_LISTEN and line.laddr.port == port and line.pid:
                return f" by {psutil.Process(line.pid).name()} (process {line.pid})"
    return ""


def _fill(ours: Settings) -> None:
    migrate(ours.database_url)
    database = Database(ours.database_url, pool=1)
    try:
        if company.seed(database, now=datetime.now(UTC)):
            click.echo("Harbor Home is made up: 200 customers and a year of calls and messages.", err=True)
    finally:
        database.close()


def _start(family: Family, logs: Path, ours: Settings) -> None:
    logs.mkdir(exist_ok=True)
    run = {name: partial(Forked, module) for name, module in FORKED.items()}
    simulator = Child("simulator", run["simulator"], logs=logs, health=f"{ours.twilio_api_url}/healthz")
    web = Child("web", partial(executed, command=WEB), logs=logs, health=f"{_url(ours.bind)}/readyz")
    others = [Child(name, run[name], logs=logs) for name in ("worker", "long-worker", "clock")]
    family.start(web)  # loads in parallel with the fork server
    family.start(simulator, ends_last=True)
    for child in others:
        family.start(child)
    simulator.wait_until_ready()
    _configure_numbers(ours)
    web.wait_until_ready()


def _configure_numbers(ours: Settings) -> None:
    account = twilio.account_of(ours)
    here, _, _ = split(account.numbers(), twilio.our_numbers(ours))
    places = [*here, account.application(ours.twilio_twiml_app_sid)]
    twilio.apply(account, [one for one in places if one.changes])


def _welcome(ours: Settings, data: Path) -> str:
    def those(role: str) -> str:
        return ", ".join(member.username for member in personas.MEMBERS if member.role == role)

    return (
        "\nHarbor Home is open.\n\n"
        f"  Desk              {ours.public_url}/            {those('agent')}\n"
        f"  Wallboard         {ours.public_url}/wallboard   {those('supervisor')}\n"
        f"  Administration    {ours.public_url}/            {those('administrator')}\n"
        f"  Customer's phone  {ours.simulator_url}/\n\n"
        f"  Password of all of them: {company.PASSWORD}\n"
        f"  Data and logs: {data}\n\n"
        "Use a window of its own (or a private one) for each person. Ctrl-C stops everything."
    )
