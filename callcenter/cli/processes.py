"""The production processes. Each command replaces itself with its program, so that entry points stay separate."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import click

from callcenter.cli.speech import settings
from callcenter.storage.database import Database, current_revision, newest_revision
from callcenter.storage.database import migrate as to_newest

WEB = ("gunicorn", "--config", "python:callcenter.gunicorn_settings")
FIGURES = "PROMETHEUS_MULTIPROC_DIR"


@click.command()
def serve() -> None:
    """Serve pages, webhooks and the API at BIND, with WEB_PROCESSES gunicorn processes."""
    settings()
    os.environ[FIGURES] = fresh_folder_for_figures()
    _become(*WEB)


def fresh_folder_for_figures() -> str:
    """Empty the folder in which web processes share their metrics; its path."""
    folder = Path(os.environ.get(FIGURES) or Path(tempfile.gettempdir()) / f"callcenter-figures-{os.getuid()}")
    # Counters of an earlier run would be added to ours.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return str(folder)


@click.command()
def worker() -> None:
    """Run jobs: send messages, ring desk telephones, send surveys. Start as many as you like."""
    settings()
    _become("workers")


@click.command(name="long-worker")
def long_worker() -> None:
    """Run jobs of minutes, such as what-if simulations. One is enough."""
    settings()
    _become("workers.long")


@click.command()
def clock() -> None:
    """Find due work and do it, or enqueue it for a worker. A second clock does no harm."""
    settings()
    _become("workers.clock")


def _become(module: str, *arguments: str) -> None:
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; fail where the database is behind.")
def migrate(check: bool) -> None:
    """Migrate the database to this version."""
    url = settings().database_url
    before = revision(url)
    if before == newest_revision():
        click.echo(f"The database is at the newest migration ({before}).")
        return
    if check:
        click.echo(f"The database is at {before or 'no migration'}; {newest_revision()} is the newest.", err=True)
        raise SystemExit(1)
    to_newest(url)
    click.echo(f"The database went from {before or 'no migration'} to {newest_revision()}.")


def revision(url: str) -> str | None:
    database = Database(url, pool=1)
    try:
        with database.reading() as session:
            return current_revision(session)
    finally:
        database.close()
