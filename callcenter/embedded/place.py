"""Data folders of the embedded servers."""

import hashlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from callcenter.embedded.errors import EmbeddedError
from callcenter.embedded.owner import Owner

ROOTS_DATA = Path("/var/lib/callcenter")
OPEN, CLOSED = 0o755, 0o700


def data_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """CALLCENTER_DATA, else `var/` here; for root a folder that PostgreSQL's user can reach."""
    named = environ.get("CALLCENTER_DATA")
    if named:
        return Path(named).expanduser().absolute()
    return ROOTS_DATA if os.geteuid() == 0 else Path("var").absolute()


def reachable(data: Path, owner: Owner) -> Path:
    """`data`, or a substitute that `owner` can reach. Existing folders keep their permissions."""
    make(data)
    way = (*reversed(data.parents), data)
    closed = next((folder for folder in way if not owner.may_enter(folder)), None)
    if closed is None:
        return data
    digest = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    instead = ROOTS_DATA / f"for-{digest}"
    print(
        f"PostgreSQL does not run as root, and {closed} is closed to the user it runs as instead: "
        f"its data is kept in {instead}.",
        file=sys.stderr,
    )
    make(instead)
    return instead


def make(folder: Path, mode: int = OPEN) -> None:
    """Make the folder and its parents. Raises EmbeddedError."""
    try:
        if not folder.parent.exists():
            make(folder.parent)
        # An existing folder keeps its permissions.
        if not folder.exists():
            folder.mkdir()
            folder.chmod(mode)
    except OSError as error:
        raise EmbeddedError(
            f"The data folder {folder} cannot be made ({error.strerror}). "
            "Set CALLCENTER_DATA to a folder you may write to."
        ) from error


def make_private(folder: Path, owner: Owner) -> None:
    """A folder for `owner` alone. Raises EmbeddedError if another user made it."""
    make(folder, CLOSED)
    if folder.is_symlink() or folder.lstat().st_uid not in (os.geteuid(), owner.uid):
        raise EmbeddedError(
            f"{folder} belongs to another user. Set CALLCENTER_DATA to a folder of your own, "
            "or start as the user who made that one."
        )
    owner.take(folder)
