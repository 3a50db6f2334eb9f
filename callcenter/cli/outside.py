"""Programs outside the system: carrier simulator, simulated callers, benchmarks."""

import importlib.util
import os
import sys
from pathlib import Path

import click

from callcenter.cli.speech import CommandFailed

SIMULATOR = "http://127.0.0.1:8100"


@click.group(invoke_without_command=True)
@click.pass_context
def simulate(ctx: click.Context) -> None:
    """The carrier simulator. Without a further command: lifelike callers for a running demo."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(traffic)


@simulate.command()
def phone() -> None:
    """Start the carrier simulator with the customer's phone page, at SIMULATOR_BIND."""
    _become("callcenter.simulator", [])


@simulate.command()
@click.option("--rate", type=click.FloatRange(0.1, 3600), default=6, show_default=True, help="Callers a minute.")
@click.option("--minutes", type=click.FloatRange(0.1), help="Stop after so long; else with Ctrl-C.")
@click.option("--simulator", default=SIMULATOR, envvar="SIMULATOR_URL", show_default=True, help="Where it listens.")
def traffic(rate: float, minutes: float | None, simulator: str) -> None:
    """Send lifelike callers: they wait, hang up, call again, text, and answer surveys."""
    arguments = ["--rate", str(rate), "--simulator", simulator]
    _become("callcenter.simulator.traffic", arguments + (["--minutes", str(minutes)] if minutes else []))


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Run the benchmarks against baselines of the same run (needs a clone of the source)."""
    if importlib.util.find_spec("tests") is None:
        sys.path.insert(0, str(Path.cwd()))
    _become("tests.bench", list(arguments))


def _become(module: str, arguments: list[str]) -> None:
    if not _exists(module):
        raise CommandFailed(f"{module} is not part of this installation; run the command in a clone of the source.")
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
