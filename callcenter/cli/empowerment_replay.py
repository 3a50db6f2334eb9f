"""`callcenter empowerment replay|cases`: replay a rule file over recorded decisions, from the database or a file."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from callcenter.cli.access import open_wiring
from callcenter.cli.empowerment import JSON, LANGUAGE, RULES, read_book
from callcenter.cli.speech import CommandFailed
from callcenter.domain.empowerment import RuleBook
from callcenter.domain.empowerment.money import formatted
from callcenter.domain.empowerment.recorded_request import RecordedRequest, of_data
from callcenter.domain.empowerment.replay_budgets import ReplayedBudget
from callcenter.domain.empowerment.replaying import Replay
from callcenter.domain.errors import Invalid
from callcenter.storage.empowerment import cases as recorded

DAYS = 90
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z"])
SINCE = click.option("--since", type=MOMENT, help="A day or a moment, in UTC without an offset; default: 90 days ago.")
UNTIL = click.option("--until", type=MOMENT, help="Up to this; default: now.")
FIGURES = {
    "grants": "grants",
    "asked": "approvals asked",
    "held": "seconds on hold for them",
    "deciding": "seconds of those asked",
    "unmet": "wishes not met",
}


@click.command()
@RULES
@click.option(
    "--cases", "cases_file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that `empowerment cases` wrote; without it the database is asked.",
)  # fmt: skip
@SINCE
@UNTIL
@LANGUAGE
@JSON
def replay(
    rules_file: Path,
    cases_file: Path | None,
    since: datetime | None,
    until: datetime | None,
    language: str,
    json_wanted: bool,
) -> None:
    """Show what these rules would have done: every decision and every refused or unasked request, decided again."""
    book = read_book(rules_file)
    result = _of_file(book, cases_file, since, until) if cases_file else _of_database(book, since, until)
    if json_wanted:
        click.echo(json.dumps(result, ensure_ascii=False, indent=1))
        return
    for line in _lines(result, language):
        click.echo(line)


@click.command()
@SINCE
@UNTIL
def cases(since: datetime | None, until: datetime | None) -> None:
    """Print the recorded cases, one JSON object a line, for `empowerment replay --cases`. Customers appear by id
    only."""
    with open_wiring() as wiring, wiring.reading() as session:
        period = _period(since, until, wiring.clock())
        for past in recorded.stream(session, **period):
            click.echo(json.dumps(past.to_data(), ensure_ascii=False))


def _period(since: datetime | None, until: datetime | None, now: datetime) -> dict[str, datetime]:
    end = _with_zone(until) or now
    start = _with_zone(since) or end - timedelta(days=DAYS)
    if start >= end:
        raise click.UsageError("The period ends before it begins.")
    return {"since": start, "until": end}


def _with_zone(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _of_database(book: RuleBook, since: datetime | None, until: datetime | None) -> dict[str, Any]:
    with open_wiring() as wiring, wiring.reading() as session:
        period = _period(since, until, wiring.clock())
        budgets = recorded.budgets_of(session, **period)
        return _result(book, recorded.stream(session, **period), period["since"], budgets)


def _of_file(book: RuleBook, file: Path, since: datetime | None, until: datetime | None) -> dict[str, Any]:
    start, end = _with_zone(since), _with_zone(until)
    # A file need not be in order of time. It has no budgets.
    found = sorted(_read(file), key=lambda one: (one.at, one.id))
    wanted = [one for one in found if (start is None or one.at >= start) and (end is None or one.at < end)]
    first = wanted[0].at if wanted else datetime.now(UTC)
    return _result(book, iter(wanted), start or first, [])


def _read(file: Path) -> Iterator[RecordedRequest]:
    with file.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _case(line, file, number)


def _case(line: str, file: Path, number: int) -> RecordedRequest:
    try:
        data = json.loads(line)
        return of_data(data if isinstance(data, dict) else {})
    except (ValueError, Invalid) as error:
        raise CommandFailed(f"{file}, line {number}: {error}") from None


def _result(
    book: RuleBook, found: Iterator[RecordedRequest], since: datetime, budgets: list[ReplayedBudget]
) -> dict[str, Any]:
    made = Replay(book, since=since, budgets=budgets)
    for past in found:
        made.again(past)
    return made.result()


def _lines(result: dict[str, Any], language: str) -> Iterator[str]:
    yield f"{result['cases']} cases, {result['unmet']} of them refused or not asked; {result['erased']} with facts erased"
    yield f"{'':<28}{'as it was':>14}{'by these rules':>16}"
    for name, (before, after) in result["figures"].items():
        yield f"{FIGURES[name]:<28}{before:>14}{after:>16}"
    for currency, (before, after) in sorted(result["money"].items()):
        was, would_be = (formatted(one, currency, language) for one in (before, after))
        yield f"{'money given, ' + currency:<28}{was:>14}{would_be:>16}"
    for kind in result["kinds"]:
        yield f"{kind['count']:>8}  {kind['before']} → {kind['after']}"
    yield f"{result['changed']} change: {result['customers']} customers, {result['agents']} agents; {result['saved']} approvals saved"
    for one in result["budgets"]:
        if one["breaks"]:
            about = f"{one['scope']} {one['key']}".strip()
            yield f"budget {about}, {one['period']}: breaks on {one['breaks']['date']}, {one['breaks']['percent']} %"
