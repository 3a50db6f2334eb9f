"""Errors of the command line: a sentence and an exit code, no traceback for expected errors."""

import errno
import logging
from typing import Any

import click
from alembic.util import CommandError
from sqlalchemy.exc import OperationalError

from callcenter.demo import NotEmpty
from callcenter.domain.errors import DomainError, OutsideError
from callcenter.embedded import EmbeddedError
from callcenter.settings import Settings, SettingsError, load


class CommandGroup(click.Group):
    """Turns expected errors into sentences."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise Misused(f"The settings are not right. {error}") from error
        except (EmbeddedError, NotEmpty, DomainError, OutsideError) as error:
            raise CommandFailed(str(error)) from error
        except CommandError as error:
            raise CommandFailed(
                f"The database is of another version: {error}. Use the callcenter that made it."
            ) from error
        except OperationalError as error:
            raise CommandFailed(f"PostgreSQL does not answer: {first_line(error)} Look at DATABASE_URL.") from error
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise CommandFailed("The disk is full. Free some space, or set CALLCENTER_DATA to another disk.") from error


class CommandFailed(click.ClickException):
    """The message is printed as it is; exit code 1."""

    def show(self, _file: Any = None) -> None:
        click.echo(self.message, err=True)


class Misused(CommandFailed):
    """Wrong arguments or settings; exit code 2."""

    exit_code = 2


def first_line(error: OperationalError) -> str:
    return str(error.orig).strip().splitlines()[0].rstrip(".") + "."


def settings() -> Settings:
    """Exit code 2 where they are wrong."""
    quiet()
    return load()


def quiet() -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
