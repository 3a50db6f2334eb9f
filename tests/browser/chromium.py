"""Finds a Chromium for browser tests: the one of package-lock.json, unpacked once, or an installed one."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from fontTools.ttLib import woff2

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "node_modules" / "@sparticuz" / "chromium"
UNPACKED = PROJECT / ".build" / "chromium"
CHINESE = PROJECT / "node_modules" / "@fontsource-variable" / "noto-sans-sc" / "files"
MACHINES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ARGUMENTS = (
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
UNPACK = """
import { inflate } from "@sparticuz/chromium";
const folder = "node_modules/@sparticuz/chromium/bin/";
await Promise.all(["chromium.br", "al2023.tar.br", "fonts.tar.br"].map((name) => inflate(folder + name)));
"""
# Only the fonts that we bring: a page looks the same on every machine.
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


class NoChromiumError(Exception):
    """A sentence that says what was tried."""


@dataclass(frozen=True)
class Chromium:
    """What Playwright's `launch` needs to know."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)


def find() -> Chromium:
    """The first that runs. Playwright's own download is not used: it comes from no package registry."""
    tried = []
    for candidate in (_from_package(), *map(_from_machine, MACHINES)):
        if candidate is None:
            continue
        if _runs(candidate):
            return candidate
        tried.append(str(candidate.path))
    raise NoChromiumError(
        "There is no Chromium for the browser tests. `make test` installs one on Linux; elsewhere install Chrome or "
        f"Chromium. Tried without success: {', '.join(tried) or 'nothing was found'}."
    )


def _from_package() -> Chromium | None:
    if not PACKAGE.exists():
        return None
    folder = UNPACKED / json.loads((PACKAGE / "package.json").read_text())["version"]
    if not folder.exists():
        _unpack(folder)
    environment = {
        "LD_LIBRARY_PATH": str(folder / "al2023" / "lib"),
        "FONTCONFIG_FILE": str(folder / "fonts.conf"),
    }
    return Chromium(folder / "chromium", environment)


def _unpack(folder: Path) -> None:
    """Unpack into a temporary folder, then rename: a parallel test process never sees a partial browser."""
    beside = folder.with_name(f"{folder.name}-{os.getpid()}")
    beside.mkdir(parents=True)
    node = shutil.which("node", path=f"{PROJECT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}") or "node"
    command = [node, "--input-type=module", "--eval", UNPACK]
    subprocess.run(command, cwd=PROJECT, env=os.environ | {"TMPDIR": str(beside)}, check=True, timeout=120)
    for font in CHINESE.glob("*.woff2"):  # as web fonts are packed, which the system side of Chromium cannot read
        woff2.decompress(str(font), str(beside / "fonts" / f"{font.stem}.ttf"))
    (beside / "fonts.conf").write_text(FONTS.format(fonts=folder / "fonts", cache=folder / "fonts-cache"))
    if folder.exists():
        shutil.rmtree(beside)
    else:
        beside.rename(folder)


def _from_machine(name: str) -> Chromium | None:
    found = shutil.which(name)
    return Chromium(Path(found)) if found else None


def _runs(candidate: Chromium) -> bool:
    try:
        asked = subprocess.run(
            [str(candidate.path), "--version"],
            env=os.environ | candidate.environment,
            capture_output=True,
            timeout=30,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0
