"""Our telephone numbers, and the configuration of our webhooks at Twilio."""

from zoneinfo import available_timezones

import click

from callcenter.actions.administration import setup
from callcenter.cli.access import open_wiring
from callcenter.cli.speech import CommandFailed, Misused, settings
from callcenter.settings import Settings
from callcenter.storage.administration import company
from callcenter.storage.database import Database
from callcenter.telephony.account import Place, TwilioAccount, split
from callcenter.telephony.client import twilio_client


@click.group()
def twilio() -> None:
    """Our account at Twilio."""


@twilio.command("add-number")
@click.argument("number")
@click.option("--queue", "queues", multiple=True, required=True, help="Key 1 of its menu, 2, …; a new one is made.")
@click.option("--company", "name", help="Our name, needed for the first number.")
@click.option("--language", default="en", show_default=True, help="Of the greeting: en or zh.")
@click.option("--zone", default="UTC", show_default=True, help="Our time zone, such as America/Los_Angeles.")
def add_number(number: str, queues: tuple[str, ...], name: str | None, language: str, zone: str) -> None:
    """Add a telephone number of the account; then run `callcenter twilio configure`."""
    if zone not in available_timezones():
        raise Misused(f"There is no time zone {zone}; one is America/Los_Angeles.")
    with open_wiring() as wiring:
        with wiring.work() as work:
            row = setup.add_number(work, number=number, name=name, queues=queues, language=language, zone=zone)
        click.echo(f"{row.e164} leads to {', '.join(queues)}. Next: callcenter twilio configure")


@twilio.command()
@click.option("--yes", is_flag=True, help="Do it without asking.")
def configure(yes: bool) -> None:
    """Point our numbers and the TwiML app to PUBLIC_URL, after showing the changes. Idempotent."""
    ours = settings()
    if not ours.twilio_account_sid or not ours.twilio_auth_token:
        raise Misused("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are missing; the Twilio console shows them.")
    numbers = our_numbers(ours)
    if not numbers:
        raise CommandFailed("No telephone number of ours is known yet. First: callcenter twilio add-number")
    account = account_of(ours)
    here, missing, aside = split(account.numbers(), numbers)
    for number in missing:
        click.echo(f"{number}: not in this Twilio account. Buy or port it there, or take it out here.", err=True)
    if aside:
        click.echo(f"Left alone, not ours: {', '.join(aside)}")
    application = account.application(ours.twilio_twiml_app_sid) if ours.twilio_twiml_app_sid else None
    if application is None:
        click.echo("TWILIO_TWIML_APP_SID is not set: agents cannot answer in the browser.", err=True)
    places = [place for place in (*here, application) if place and place.changes]
    if places:
        _show(places)
        if not (yes or click.confirm("Change this at Twilio?")):
            raise CommandFailed("Nothing was changed.")
        apply(account, places)
    click.echo("Done." if places else "Nothing to change.")
    if missing:
        raise SystemExit(1)


def our_numbers(ours: Settings) -> list[str]:
    database = Database(ours.database_url, pool=1)
    try:
        with database.reading() as session:
            return [number.e164 for number in company.numbers(session)]
    finally:
        database.close()


def account_of(ours: Settings, *, by_token: bool = False) -> TwilioAccount:
    return TwilioAccount(twilio_client(ours, by_token=by_token), public_url=ours.public_url)


def apply(account: TwilioAccount, places: list[Place]) -> None:
    for place in places:
        if place.sid.startswith("AP"):
            account.configure_application(place)
        else:
            account.configure_number(place)


def _show(places: list[Place]) -> None:
    for place in places:
        click.echo(f"{place.name}:")
        for change in place.changes:
            click.echo(f"  {change.setting}: {change.before or 'nothing'} -> {change.after or 'nothing'}")
