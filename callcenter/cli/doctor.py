"""`callcenter doctor`: checks each dependency and setting, with advice."""

import click

from callcenter.cli import checks, live_work
from callcenter.cli.checks import CheckResult
from callcenter.cli.speech import quiet

MARKS = {"ok": "ok  ", "note": "note", "problem": "FAULT"}


@click.command()
@click.option("--live", is_flag=True, help="Look at live work instead: what must never be true of it.")
def doctor(live: bool) -> None:
    """Check every dependency and setting, and say what to do. Exits with 1 where something does not work."""
    quiet()
    problems = 0
    for result in live_work.findings() if live else checks.all_of_them():
        click.echo(_line(result))
        problems += result.verdict == "problem"
    good = "Nobody waits in vain." if live else "Everything works."
    click.echo(f"\n{problems} fault{'s' * (problems != 1)}." if problems else f"\n{good}")
    raise SystemExit(1 if problems else 0)


def _line(result: CheckResult) -> str:
    advice = f"\n      -> {result.advice}" if result.advice else ""
    return f"{MARKS[result.verdict]:<6}{result.subject}: {result.message}{advice}"
