"""The checks of `callcenter doctor`. Each yields findings and changes nothing."""

import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.error import HTTPError, URLError
from urllib.request import urlopen
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from redis import Redis, RedisError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from callcenter import passwords
from callcenter.cli.children import direct
from callcenter.cli.speech import first_line
from callcenter.cli.twilio import account_of
from callcenter.domain.agents import Role
from callcenter.domain.errors import OutsideError
from callcenter.reports.administration import servers
from callcenter.settings import Settings, SettingsError, load
from callcenter.storage.administration import company
from callcenter.storage.agents import agents
from callcenter.storage.database import Database
from callcenter.telephony.account import Place, TwilioAccount, split
from callcenter.wiring import Process

BROWSERS = "Chrome and Edge 123, Firefox 128, Safari 17.5, or newer"
HASHES_TRIED = 50  # each costs a twentieth of a second
PACKAGE = Path(__file__).resolve().parents[1]
TWILIO_SIDS = (("twilio_account_sid", "AC"), ("twilio_api_key", "SK"), ("twilio_twiml_app_sid", "AP"))


@dataclass(frozen=True)
class CheckResult:
    """A check's result. `advice`: what to do about a problem or note."""

    verdict: Literal["ok", "note", "problem"]
    subject: str
    message: str
    advice: str = ""


def ok(subject: str, message: str) -> CheckResult:
    return CheckResult("ok", subject, message)


def note(subject: str, message: str, advice: str) -> CheckResult:
    return CheckResult("note", subject, message, advice)


def problem(subject: str, message: str, advice: str) -> CheckResult:
    return CheckResult("problem", subject, message, advice)


def all_of_them() -> Iterator[CheckResult]:
    """All findings, in the order in which an operator fixes them."""
    yield from installation()
    try:
        ours = load()
    except SettingsError as error:
        yield problem("Settings", str(error), "Set these variables; docs/operations.md explains each.")
        return
    yield from secrets(ours)
    numbers = yield from database(ours)
    yield from memory(ours)
    yield from public_url(ours)
    yield from twilio(ours, numbers)


def installation() -> Iterator[CheckResult]:
    yield ok("Python", sys.version.split()[0])
    try:
        for zone in ("America/Los_Angeles", "Asia/Shanghai"):
            ZoneInfo(zone)
        yield ok("Time zones", "known")
    except ZoneInfoNotFoundError as error:
        yield problem("Time zones", str(error), "Install the operating system's tzdata, or the Python package tzdata.")
    for subject, path in (
        ("Front end", PACKAGE / "static/dist/manifest.json"),
        ("Chinese texts", PACKAGE / "translations/zh_CN/LC_MESSAGES/messages.mo"),
    ):
        if path.exists():
            yield ok(subject, "built")
        else:
            yield problem(subject, f"{path.relative_to(PACKAGE)} is missing", "Run: make ready")
    yield ok("Browsers", f"pages need {BROWSERS}")


def secrets(ours: Settings) -> Iterator[CheckResult]:
    for name, prefix in TWILIO_SIDS:
        value: str = getattr(ours, name)
        if value and not (value.startswith(prefix) and len(value) == 34):
            advice = f"It begins with {prefix} and has 34 characters; the Twilio console shows it."
            yield problem(name.upper(), "does not look like one", advice)
    if ours.twilio_auth_token_old:
        advice = "When the new token is primary at Twilio, take TWILIO_AUTH_TOKEN_OLD away."
        yield note("Twilio token", "two tokens are accepted", advice)
    if ours.callcenter_env == "production" and ours.simulator_url:
        yield problem("SIMULATOR_URL", "is set in production", "Take it away: browsers would not talk to Twilio.")


def database(ours: Settings) -> Generator[CheckResult, None, list[str]]:
    """Findings on PostgreSQL; returns our telephone numbers, [] where they cannot be read."""
    numbers: list[str] = []
    opened = Database(ours.database_url, pool=1)
    try:
        with opened.reading() as session:
            found = servers.database(session)
            if found.is_old:
                yield problem("PostgreSQL", f"is version {found.version}", f"Use {servers.OLDEST_POSTGRES} or newer.")
            else:
                yield ok("PostgreSQL", f"version {found.version}")
            if not found.is_migrated:
                message = f"the database is at {found.at or 'no migration'}, this version needs {found.newest}"
                yield problem("Migrations", message, "Run: callcenter migrate")
                return numbers
            yield ok("Migrations", str(found.at))
            yield from _connections(ours, found.connections)
            yield from _clock(session)
            yield from _people(ours, session)
            numbers = [number.e164 for number in company.numbers(session)]
    except OperationalError as error:
        yield problem("PostgreSQL", first_line(error), "Start it, or look at DATABASE_URL.")
    finally:
        opened.close()
    return numbers


def _connections(ours: Settings, allowed: int) -> Iterator[CheckResult]:
    most = servers.most_connections(ours)
    if most > allowed:
        message = f"our processes may take {most} connections in a rush, PostgreSQL allows {allowed}"
        yield note("Connections", message, "Raise max_connections there, or lower DATABASE_POOL.")


def _clock(session: Session) -> Iterator[CheckResult]:
    if servers.clock(session, Process.CLOCK).connections:
        yield ok("Clock", "running")
    else:
        advice = "Start one: callcenter clock. Until then no offer runs out, and nobody is asked how it was."
        yield note("Clock", "none is running", advice)


def _people(ours: Settings, session: Session) -> Iterator[CheckResult]:
    everybody = agents.all_active(session)
    if not any(agent.role == Role.ADMINISTRATOR for agent in everybody):
        advice = "Run: callcenter user create NAME --role administrator"
        yield note("People", "there is no administrator yet", advice)
    if ours.callcenter_env != "production":
        return
    names, _ = servers.opened_by(passwords.DEMO, everybody, at_most=HASHES_TRIED)
    if names:
        advice = "Give each a password of their own: callcenter user password NAME"
        yield problem("People", f"the demo's password, which everybody knows, opens {', '.join(names)}", advice)


def memory(ours: Settings) -> Iterator[CheckResult]:
    redis = Redis.from_url(ours.redis_url, socket_connect_timeout=3, socket_timeout=3)
    try:
        found = servers.memory(redis)
        if found.is_old:
            yield problem("Redis", f"is version {found.version}", "Use 5.0 or newer, or Valkey.")
        else:
            yield ok("Redis", f"version {found.version}")
        if not found.long_workers.count:
            yield note("Long computations", "no worker is running", "Start one: callcenter long-worker. What-ifs wait.")
        if found.workers.count:
            yield ok("Workers", f"{found.workers.count} running")
        else:
            yield note("Workers", "none is running", "Start one: callcenter worker. Messages wait until then.")
    except (RedisError, ValueError) as error:
        advice = "Start it, or look at REDIS_URL. Calls are answered meanwhile, but pages are not live."
        yield problem("Redis", f"does not answer ({type(error).__name__})", advice)
    finally:
        redis.close()


def public_url(ours: Settings) -> Iterator[CheckResult]:
    if ours.callcenter_env == "production" and not ours.is_secure:
        yield problem("PUBLIC_URL", f"{ours.public_url} is not https", "Put a proxy with a certificate before it.")
    ask = direct.open if servers.is_here(ours.public_url) else urlopen
    try:
        with ask(f"{ours.public_url}/healthz", timeout=8) as answer:
            if "json" in answer.headers.get("Content-Type", ""):
                yield ok("PUBLIC_URL", f"{ours.public_url} answers")
                return
        message = "something else answers there"
    except HTTPError as error:
        message = f"answers {error.code}"
    except (URLError, OSError) as error:
        message = f"does not answer from here ({getattr(error, 'reason', error)})"
    advice = "Start callcenter serve, and look at the proxy, the name's address and the firewall: Twilio needs it."
    yield problem("PUBLIC_URL", f"{ours.public_url} {message}", advice)


def twilio(ours: Settings, numbers: list[str]) -> Iterator[CheckResult]:
    if missing := servers.missing_at_carrier(ours):
        yield problem(
            "Twilio", f"{', '.join(missing)} not set", "The Twilio console shows them; docs/operations.md says where."
        )
        return
    account = account_of(ours)
    try:
        found = account.numbers()
        yield ok("Twilio", "the account answers")
        yield _token(ours)
        yield from _numbers(found, numbers)
        yield from _application(ours, account)
    except OutsideError as error:
        advice = "Look at TWILIO_ACCOUNT_SID, TWILIO_API_KEY, TWILIO_API_SECRET and the network."
        yield problem("Twilio", str(error), advice)


def _token(ours: Settings) -> CheckResult:
    # With a wrong token every webhook is refused, and no other check shows it.
    try:
        account_of(ours, by_token=True).answers()
    except OutsideError as error:
        advice = "Copy the account's auth token from the Twilio console: calls and messages are refused with another."
        return problem("TWILIO_AUTH_TOKEN", f"is not the account's ({error})", advice)
    return ok("TWILIO_AUTH_TOKEN", "is the account's; webhooks are checked with it")


def _numbers(found: dict[str, Place], numbers: list[str]) -> Iterator[CheckResult]:
    here, missing, _ = split(found, numbers)
    if not numbers:
        yield note("Numbers", "we have none yet", "Run: callcenter twilio add-number")
    for number in missing:
        yield problem(number, "is not in this Twilio account", "Buy or port it there, or take it out here.")
    for place in here:
        yield _webhooks(place, "calls and messages reach us")


def _application(ours: Settings, account: TwilioAccount) -> Iterator[CheckResult]:
    if not ours.twilio_twiml_app_sid:
        advice = "Make a TwiML app in the Twilio console, then: callcenter twilio configure"
        yield problem("TwiML app", "TWILIO_TWIML_APP_SID is not set: agents cannot answer in the browser", advice)
        return
    yield _webhooks(account.application(ours.twilio_twiml_app_sid), "agents' browsers reach us")
    yield ok("Voice tokens", "can be signed with TWILIO_API_KEY")


def _webhooks(place: Place, good: str) -> CheckResult:
    if not place.changes:
        return ok(place.name, good)
    wrong = ", ".join(f"{change.setting} is {change.before or 'not set'}" for change in place.changes)
    return problem(place.name, wrong, "Run: callcenter twilio configure")
