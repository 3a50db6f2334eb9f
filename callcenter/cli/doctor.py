"""`callcenter doctor`: each dependency and setting, whether it works, and what to do where it does not."""

import click

from callcenter.cli import checks
from callcenter.cli.checks import Finding
from callcenter.cli.speech import quiet

MARKS = {"ok": "ok  ", "note": "note", "fault": "FAULT"}


@click.command()
def doctor() -> None:
    """Say of everything we depend on whether it works, and what to do. Ends with 1 where something does not."""
    quiet()
    faults = 0
    for finding in checks.all_of_them():
        click.echo(_shown(finding))
        faults += finding.verdict == "fault"
    click.echo(f"\n{faults} fault{'s' * (faults != 1)}." if faults else "\nEverything works.")
    raise SystemExit(1 if faults else 0)


def _shown(finding: Finding) -> str:
    advice = f"\n      -> {finding.advice}" if finding.advice else ""
    return f"{MARKS[finding.verdict]:<6}{finding.subject}: {finding.said}{advice}"
