"""Lock files: complete, every package by hash, no registry named."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def locked(name: str) -> dict[str, str]:
    """Each package with its block of the lock."""
    blocks = re.split(r"^(?=[a-z0-9])", (PROJECT / name).read_text(), flags=re.MULTILINE)
    return {canonicalize_name(block.split("==")[0]): block for block in blocks if "==" in block}


def wanted(*, dev: bool) -> set[str]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    lines = project["dependencies"] + (project["optional-dependencies"]["dev"] if dev else [])
    return {canonicalize_name(Requirement(line).name) for line in lines}


@pytest.mark.parametrize(("name", "dev"), [("requirements.lock", False), ("requirements-dev.lock", True)])
def test_the_lock_holds_all_that_the_project_asks_for(name: str, dev: bool) -> None:
    assert wanted(dev=dev) <= locked(name).keys()


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes_and_the_lock_names_no_registry(name: str) -> None:
    assert [package for package, block in locked(name).items() if "--hash=sha256:" not in block] == []
    assert "//" not in (PROJECT / name).read_text()


def test_developers_run_the_versions_of_production() -> None:
    production, developers = ({package: block.split()[0] for package, block in locked(name).items()} for name in LOCKS)
    assert production.items() <= developers.items()


def test_every_browser_package_has_a_hash_and_no_registry() -> None:
    packages = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    installed = {path: entry for path, entry in packages.items() if path}
    assert [path for path, entry in installed.items() if "integrity" not in entry] == []
    assert [path for path, entry in installed.items() if "resolved" in entry] == []
