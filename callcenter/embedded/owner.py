"""The user who runs a server. PostgreSQL refuses root, so root uses an unprivileged user."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Owner:
    """`uid` and `gid` are None for the current user."""

    uid: int | None = None
    gid: int | None = None

    def take(self, folder: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)

    def popen(self, command: list[str], *, cwd: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C must not reach the server: it is stopped last.
            start_new_session=True,
            umask=0o077,
            **self._identity(),
        )

    def run(self, command: list[str], *, cwd: Path = Path("/")) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, umask=0o077, **self._identity())

    def may_enter(self, folder: Path) -> bool:
        # Tried, not computed from mode bits: ACLs and mounts count too.
        return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]).returncode == 0

    def may_execute(self, program: Path) -> bool:
        return self.run(["/bin/sh", "-c", 'test -x "$1"', "sh", str(program)]).returncode == 0

    def _identity(self) -> dict[str, Any]:
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


MYSELF = Owner()


def for_postgres() -> Owner:
    if os.geteuid() != 0:
        return MYSELF
    entry = pwd.getpwnam(UNPRIVILEGED)
    return Owner(entry.pw_uid, entry.pw_gid)
