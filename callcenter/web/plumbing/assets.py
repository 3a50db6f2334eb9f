"""The built front end: entry → hashed file, from the manifest that tools/build.mjs writes."""

import json
import re
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app, url_for

MANIFEST = "dist/manifest.json"
HASHED = re.compile(r"dist/.+-[0-9A-Z]{8}\.")  # esbuild's [name]-[hash]


class FrontEndNotBuilt(Exception):
    """No manifest: `make ready` has not run, or is running."""


def register(app: Flask) -> None:
    app.add_template_global(asset)


def asset(entry: str) -> str:
    """`app.js` → `/static/dist/app-2FDA62ST.js`. Raises FrontEndNotBuilt, KeyError for an unknown entry."""
    file = Path(current_app.static_folder or "") / MANIFEST
    try:
        built_at = file.stat().st_mtime_ns
        return url_for("static", filename=f"dist/{_files(file, built_at)[entry]}")
    except FileNotFoundError as missing:
        raise FrontEndNotBuilt("The front end is not built; run make ready") from missing


def is_built() -> bool:
    return (Path(current_app.static_folder or "") / MANIFEST).exists()


def is_hashed(filename: str) -> bool:
    """True for a file of `static` that may be cached for ever: its name changes with its content."""
    return HASHED.match(filename) is not None


@lru_cache(maxsize=1)
def _files(file: Path, built_at: int) -> dict[str, str]:
    # `built_at` is part of the cache key: a new build is read without a restart.
    files: dict[str, str] = json.loads(file.read_text())
    return files
