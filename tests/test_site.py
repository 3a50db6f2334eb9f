"""Architecture checks: layers, sizes, and where exceptions may be swallowed."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]
OURS = sorted([*(ROOT / "callcenter").rglob("*.py"), *(ROOT / "workers").rglob("*.py")])
MAY_CATCH_ALL = {"callcenter/due/rounds.py", "callcenter/wiring.py", "workers/job.py"}
CATALOGUES = sorted((ROOT / "callcenter").rglob("zh_CN/LC_MESSAGES/*.po"))


def test_imports_point_down_and_no_door_imports_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in OURS}
    assert not {name: lines for name, lines in lengths.items() if lines > 300}


def test_every_error_is_let_through_but_in_three_places() -> None:
    found = re.compile(r"^\s*except(\s*:|\s+(Base)?Exception\b)", re.MULTILINE)
    catching = {str(file.relative_to(ROOT)) for file in OURS if found.search(file.read_text())}
    assert catching <= MAY_CATCH_ALL


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(f.relative_to(ROOT)) for f in OURS if f.read_text().strip() and not f.read_text().startswith('"""')]
    assert not silent


def test_nothing_is_left_to_do_later() -> None:
    left = re.compile(r"\b(TODO|FIXME|XXX)\b|NotImplementedError\(\)")
    assert not [str(file.relative_to(ROOT)) for file in OURS if left.search(file.read_text())]


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: str(file.relative_to(ROOT)))
def test_everything_said_in_english_is_said_in_chinese(file: Path) -> None:
    with file.open("rb") as opened:
        catalogue = read_po(opened, locale="zh_CN")
    entries = [entry for entry in catalogue if entry.id]
    assert entries
    unpublished = [entry.id for entry in entries if entry.fuzzy or not all(_strings(entry.string))]
    assert not unpublished
    for entry in entries:
        wanted = set(_places(_strings(entry.id)[-1]))
        for text in _strings(entry.string):
            assert set(_places(text)) == wanted, entry.id


def _strings(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def _places(text: str) -> list[str]:
    return re.findall(r"%\((\w+)\)", text)
