"""The processes of production. Each becomes another program, so that no door imports another."""

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
    """Serve pages, webhooks and the API at BIND, by WEB_PROCESSES gunicorn processes."""
    settings()
    os.environ[FIGURES] = fresh_folder_for_figures()
    _become(*WEB)


def fresh_folder_for_figures() -> str:
    """Where the web processes share their counters; what an earlier run left would be added to ours."""
    folder = Path(os.environ.get(FIGURES) or Path(tempfile.gettempdir()) / f"callcenter-figures-{os.getuid()}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return str(folder)


@click.command()
def worker() -> None:
    """Do jobs: send messages, ring desk telephones, ask how it was. Start as many as you like."""
    settings()
    _become("workers")


@click.command(name="long-worker")
def long_worker() -> None:
    """Work out what takes minutes, such as past days played again. One is enough."""
    settings()
    _become("workers.long")


@click.command()
def clock() -> None:
    """Find what is due and do it, or hand it to a worker. A second one beside it does no harm."""
    settings()
    _become("workers.clock")


def _become(module: str, *arguments: str) -> None:
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; fail where the database is behind.")
def migrate(check: bool) -> None:
    """Bring the database to this version's tables."""
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
