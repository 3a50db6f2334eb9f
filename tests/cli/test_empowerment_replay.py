"""Replay of a rule file by command: over the database, or over a file of cases."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from callcenter.cli import main
from tests.cli.conftest import Run
from tests.factories import Centre
from tests.recorded import V12, V13, Records

PERIOD = ("--since", "2026-11-01", "--until", "2026-11-20")


@pytest.fixture
def drafts(centre: Centre, tmp_path: Path) -> dict[str, str]:
    """Three requests as recorded, and two rule files: as it was, and one by which agents may give more."""
    records = Records(centre)
    records.request("may", 2000, 2000)
    records.request("ask", 5000, 4000)
    records.request("not_asked", 4000)
    files = {}
    for name, document in (("old", V12), ("new", V13)):
        file = tmp_path / f"{name}.yaml"
        file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        files[name] = str(file)
    return files


def test_a_file_is_replayed_over_the_database(run: Run, drafts: dict[str, str]) -> None:
    done = run("empowerment", "replay", "--rules", drafts["new"], *PERIOD)
    assert done.exit_code == 0, done.output
    assert "3 cases, 1 of them refused or not asked; 0 with facts erased" in done.output
    lines = [" ".join(line.split()) for line in done.output.splitlines()]
    assert "money given, USD $60 $110" in lines
    assert "approvals asked 1 0" in lines
    assert "1 ask → may" in lines
    assert "2 change: 2 customers, 1 agents; 1 approvals saved" in lines


def test_cases_written_to_a_file_are_replayed_alike_without_a_database(
    run: Run, drafts: dict[str, str], tmp_path: Path
) -> None:
    written = run("empowerment", "cases", *PERIOD)
    assert written.exit_code == 0, written.output
    file = tmp_path / "cases.jsonl"
    file.write_text(written.output, encoding="utf-8")
    by_database = run("empowerment", "replay", "--rules", drafts["new"], *PERIOD, "--json")
    alone = CliRunner().invoke(
        main,
        ["empowerment", "replay", "--rules", drafts["new"], "--cases", str(file), "--json"],
        env={"DATABASE_URL": ""},
    )
    assert json.loads(alone.output) == json.loads(by_database.output)
    same = CliRunner().invoke(main, ["empowerment", "replay", "--rules", drafts["old"], "--cases", str(file), "--json"])
    assert json.loads(same.output)["changed"] == 0


def test_a_line_that_is_no_case_is_named(drafts: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text("\n[1, 2]\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["empowerment", "replay", "--rules", drafts["new"], "--cases", str(file)])
    assert done.exit_code != 0
    assert "line 2" in done.output


def test_a_period_that_is_none_is_refused(run: Run, drafts: dict[str, str]) -> None:
    done = run("empowerment", "replay", "--rules", drafts["new"], "--since", "2026-11-20", "--until", "2026-11-01")
    assert done.exit_code == 2
    assert "ends before it begins" in done.output
