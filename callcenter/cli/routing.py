"""`callcenter simulate routing`: run a scenario in virtual time with the live routing, as a table or JSON."""

import json
import os
from collections.abc import Iterator, Sequence

import click

from callcenter.simulation import RunFigure, RunResult, Scenario, load, run, traffic

QUEUE_HEADS = ("figure", "of", "ours", "± 95 %", "theory", "", "reference", "")
WORDS = {
    "contacts": "contacts counted, a seed",
    "mean_wait": "mean wait, s",
    "p95": "95 % wait at most, s",
    "longest_wait": "longest wait, s",
    "abandoned": "gave up",
    "service_level_of_answered": "service level: in time of answered",
    "service_level_of_all": "service level: in time, gave up too",
    "service_level_of_offered": "service level: answered in time of all",
    "hit_rate": "reached the agent they know",
    "offers": "offers a contact",
    "expected_wait_error": "expected wait: root mean square error, s",
    "expected_wait_off": "expected wait: mean error, s",
    "cost_linear": "cost x wait",
    "cost_quadratic": "cost x wait squared",
    "unserved": "never served",
    "use": "use of agents",
    "use_cv": "use: spread (CV)",
    "use_min": "use: least used agent",
    "use_max": "use: most used agent",
}


@click.command()
@click.argument("scenario", required=False)
@click.option("--seeds", type=click.IntRange(1, 10_000), help="How many runs; default: the scenario's, with a trace 1.")
@click.option("--json", "json_wanted", is_flag=True, help="Figures and wait curves as JSON.")
@click.option(
    "--trace", type=click.Path(dir_okay=False), help="Replay this traffic (JSON lines) instead of drawing it."
)
@click.option("--log", type=click.Path(dir_okay=False), help="Write what became of each contact of the first seed.")
@click.option(
    "--draw", type=click.Path(dir_okay=False), help="Write the traffic of the first seed, as --trace reads it."
)
@click.option("--schema", is_flag=True, help="Print the JSON schema of the scenario format.")
@click.option(
    "--processes", type=click.IntRange(1, 256), default=os.cpu_count() or 1, help="Seeds at once; default: all cores."
)
def routing(
    scenario: str | None,
    seeds: int | None,
    json_wanted: bool,
    trace: str | None,
    log: str | None,
    draw: str | None,
    schema: bool,
    processes: int,
) -> None:
    """Run SCENARIO (a YAML file, or the name of a shipped one) with the live routing, next to theory.

    docs/scenarios.md describes the format. Exits with 1 where a figure misses what the scenario expects.
    """
    if schema:
        click.echo(json.dumps(Scenario.model_json_schema(), ensure_ascii=False, indent=1))
        return
    if scenario is None:
        raise click.UsageError("Say which scenario: a YAML file, or the name of one that is shipped.")
    wanted = load(scenario)
    given = traffic.read(trace) if trace else None
    contacts: list[traffic.SimulatedContact] = []
    keep = contacts.append if log or draw else None
    played = run(wanted, seeds, trace=given, processes=processes, done=keep)
    contacts.sort(key=lambda contact: contact.key)
    if log:
        traffic.write(log, map(traffic.as_log, contacts))
    if draw:
        traffic.write(draw, map(traffic.as_trace, contacts))
    click.echo(json.dumps(played.data(), ensure_ascii=False) if json_wanted else text(wanted, played))
    raise SystemExit(0 if played.is_ok else 1)


def text(scenario: Scenario, played: RunResult) -> str:
    head = f"{scenario.name}: {scenario.about}" if scenario.about else scenario.name
    runs = f"{played.seeds} seed{'s' if played.seeds != 1 else ''}, {played.contacts:,} contacts counted"
    return "\n".join([head, runs, "", *_table([_cells(figure) for figure in played.figures])])


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    lines = [QUEUE_HEADS, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(QUEUE_HEADS))]
    for line in lines:
        cells = [
            cell.rjust(width) if column in (2, 3, 4, 6) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _cells(figure: RunFigure) -> tuple[str, ...]:
    theory = (
        "" if figure.theory is None else f"{'' if figure.sign == '=' else figure.sign + ' '}{_number(figure.theory)}"
    )
    verdict = {None: "", True: "ok", False: "NOT OK"}[figure.is_ok]
    source = ", ".join(part for part in (figure.wanted, figure.reference) if part)
    return (
        _words(figure.name),
        figure.of,
        _number(figure.value),
        "" if figure.half is None else _number(figure.half),
        theory,
        figure.source,
        "" if figure.expected is None else _number(figure.expected),
        f"{source}: {verdict}" if verdict else source,
    )


def _words(name: str) -> str:
    if name.startswith("wait_over_"):
        return f"waited over {name.removeprefix('wait_over_')} s"
    return WORDS[name]


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 10 else f"{value:.4f}"
