"""python -m tests.bench: measures, prints one table, and fails where a figure misses its promise."""

import signal
import sys
from collections.abc import Callable, Iterator

import click

from tests.bench import card, crowd, decisions, kinds, ledger, next, offers, routers, rules, webhook
from tests.bench.ground import Ground, facts, ground
from tests.bench.sizes import FULL, QUICK, Sizes
from tests.bench.table import Row, as_json, text

Measure = Callable[[Ground, Sizes], Iterator[Row]]
MEASURES: dict[str, Measure] = {
    "webhook": webhook.measure,
    "offers": offers.measure,
    "card": card.measure,
    "crowd": crowd.measure,
    "kinds": kinds.measure,
    "routers": routers.measure,
    "next": next.measure,
    "rules": rules.measure,
    "ledger": ledger.measure,
    "decisions": lambda _ground, sizes: decisions.measure(sizes),
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(MEASURES)))
@click.option("--quick", is_flag=True, help="Small sizes: to see in seconds that everything runs, not for figures.")
@click.option("--json", "json_wanted", is_flag=True, help="The table as JSON.")
def main(names: tuple[str, ...], quick: bool, json_wanted: bool) -> None:
    """Measure all, or those named."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped
    sizes = QUICK if quick else FULL
    rows: list[Row] = []
    with ground(is_copied=quick) as servers:
        for name in names or MEASURES:
            click.echo(f"measuring {name} …", err=True)
            rows += MEASURES[name](servers, sizes)
        told = facts(servers.data)
    click.echo((as_json if json_wanted else text)(rows, told))
    sys.exit(0 if quick or all(row.is_ok for row in rows) else 1)


if __name__ == "__main__":
    main()
