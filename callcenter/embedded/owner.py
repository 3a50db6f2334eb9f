"""Who runs a server: ourselves, or for root, whom PostgreSQL refuses, the system's user without rights."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Owner:
    """`uid` and `gid` are None for ourselves."""

    uid: int | None = None
    gid: int | None = None

    def take(self, folder: Path) -> None:
        """Give one of our own folders to this user; nothing above it is touched."""
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)

    def popen(self, command: list[str], *, cwd: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """In a session of its own: Ctrl-C reaches us alone, and we stop the server last."""
        return subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            umask=0o077,
            **self._identity(),
        )

    def run(self, command: list[str], *, cwd: Path = Path("/")) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, umask=0o077, **self._identity())

    def may_enter(self, folder: Path) -> bool:
        """Tried rather than computed from mode bits: access lists and mounts have their say too."""
        return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]).returncode == 0

    def may_execute(self, program: Path) -> bool:
        return self.run(["/bin/sh", "-c", 'test -x "$1"', "sh", str(program)]).returncode == 0

    def _identity(self) -> dict[str, Any]:
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


MYSELF = Owner()


def for_postgres() -> Owner:
    """Ourselves, unless we are root."""
    if os.geteuid() != 0:
        return MYSELF
    entry = pwd.getpwnam(UNPRIVILEGED)
    return Owner(entry.pw_uid, entry.pw_gid)
