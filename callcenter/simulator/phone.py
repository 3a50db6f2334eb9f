"""The customer's phone: a page that acts through the control API and listens to events."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import phonenumbers
from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, send_from_directory, url_for
from werkzeug.wrappers import Response as AnyResponse

from callcenter.simulator import language, views
from callcenter.simulator.carrier import Carrier
from callcenter.simulator.exchange.calls import CarrierCall
from callcenter.simulator.hub import Event
from callcenter.simulator.language import domain
from callcenter.simulator.people import PhoneUser
from callcenter.simulator.twilio_api import carrier

phone = Blueprint("phone", __name__)
HOUSE_FONTS = Path(__file__).parents[1] / "static" / "dist" / "files"
CONTENT_POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
MESSAGES_SHOWN = 200
SHOWN_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
gettext = domain.gettext


@phone.after_request
def protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@phone.get("/")
def show() -> AnyResponse | str:
    """The page; `?lang=zh` sets the language cookie."""
    if request.args.get("lang") in language.LANGUAGES:
        answer = redirect(url_for("phone.show"))
        answer.set_cookie(language.COOKIE, request.args["lang"], max_age=31_536_000, samesite="Lax", httponly=True)
        return answer
    company = carrier()
    return render_template(
        "phone.html",
        lang=language.chosen(),
        people=company.people.entries,
        callers=[person for person in company.people.entries if not person.identity],
        numbers=[(number, written(number)) for number in company.settings.numbers],
        company=company.settings.company,
        is_quick=company.settings.speed > 1,
        words=_words(),
        written=written,
        fonts=_font() is not None,
    )


def written(number: str) -> str:
    """National format without brackets: `415 555 0100`; blank for `anonymous`."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return "" if number == "anonymous" else number
    local = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return " ".join(local.replace("(", " ").replace(")", " ").replace("-", " ").split())


def _words() -> dict[str, str]:
    _ = gettext
    return {
        "announcement": _("Announcement"),
        "menu": _("Menu"),
        "you": _("You"),
        "youPressed": _("You pressed"),
        "then": _(", then "),
        "agent": _("Agent"),
        "music": _("music"),
        "silence": _("silence"),
        "beep": _("beep"),
        "hold": _("on hold"),
        "mutedByYou": _("you muted yourself"),
        "unmutedByYou": _("you can be heard again"),
        "mutedByCompany": _("the company muted you"),
        "unmutedByCompany": _("the company lets you speak again"),
        "recordingOn": _("the call is being recorded"),
        "recordingPaused": _("the recording pauses"),
        "recordingOff": _("the recording has ended"),
        "hasJoined": _("{who} has joined"),
        "hasLeft": _("{who} has left"),
        "youHungUp": _("you hung up"),
        "theyHungUp": _("the company hung up"),
        "networkHungUp": _("the line is dead"),
        "busy": _("busy"),
        "failed": _("the call failed"),
        "noAnswer": _("nobody answered"),
        "canceled": _("the caller gave up"),
        "ringing": _("ringing"),
        "isCalling": _("{who} is calling you"),
        "connected": _("connected"),
        "waiting": _("waiting"),
        "withWho": _("with {who}"),
        "onHold": _("on hold {time}"),
        "lasted": _("the call lasted, {time} of it waiting"),
        "ended": _("the call has ended"),
        "noCall": _("no call yet"),
        "youAre": _("you are {who}"),
        "call": _("Call"),
        "callAgain": _("Call again"),
        "hangUp": _("Hang up"),
        "mute": _("Mute"),
        "unmute": _("Unmute"),
        "delivered": _("delivered"),
        "sending": _("sending"),
        "notDelivered": _("not delivered"),
        "today": _("Today"),
        "unread": _("{n} new"),
        "customersPhone": _("Customer’s phone"),
        "phoneOf": _("{who}’s phone"),
        "writeSms": _("Write an SMS"),
        "writeWhatsapp": _("Write a WhatsApp message"),
        "picture": _("picture"),
        "file": _("file"),
        "remove": _("Remove {name}"),
        "tooLarge": _("{name} is larger than 16 MB."),
        "tooMany": _("At most 10 files go with one message."),
        "noMessages": _("Nothing yet. What the company texts you appears here."),
        "cannotText": _("A hidden number cannot send messages."),
        "refused": _("That did not work: {why}"),
        "lost": _("The simulator does not answer. The page tries again by itself."),
        "minutes": _("{m} min {s} s"),
        "seconds": _("{s} s"),
        "hours": _("{h} h {m} min"),
    }


def _person(person_id: str) -> PhoneUser:
    found = carrier().people.by_id(person_id)
    if found is None:
        abort(404, "There is no such person")
    return found


@phone.get("/phone/<person_id>")
def show_person(person_id: str) -> Response:
    person, company = _person(person_id), carrier()
    with company.lock:
        call = last_call(company, person)
        texts = [m for m in company.books.messages.values() if {m.from_, m.to} & set(person.addresses)]
        view: dict[str, Any] = {
            "person": person.as_json(),
            "written": written(person.number),
            "call": views.call(company, call) if call else None,
            "messages": [message.as_json() for message in texts[-MESSAGES_SHOWN:]],
        }
    return jsonify(view)


def last_call(company: Carrier, person: PhoneUser) -> CarrierCall | None:
    mine = [call for call in company.books.calls.values() if call.remote == person.number]
    live = [call for call in mine if not call.is_over]
    found = live or mine
    return found[-1] if found else None


@phone.get("/phone/<person_id>/events")
def listen(person_id: str) -> Response:
    company, number = carrier(), _person(person_id).number

    def events() -> Iterator[Event | None]:
        line = company.hub.listen(f"number:{number}")
        try:
            # The page loads earlier state once it listens.
            yield {"type": "listening"}
            yield from views.listen(company, line)
        finally:
            company.hub.leave(line)

    return views.stream(events())


@phone.get("/phone/media/<sid>")
def show_media(sid: str) -> Response:
    company = carrier()
    with company.lock:
        every = (item for message in company.books.messages.values() for item in message.media)
        found, content = next((item for item in every if item.sid == sid), None), company.books.files.get(sid)
    if found is None or content is None:
        abort(404, "There is no such file")
    answer = Response(content, content_type=found.type)
    # A type that a browser could execute is sent as a download.
    if found.type not in SHOWN_TYPES:
        answer.headers.set("Content-Disposition", "attachment", filename=found.name or sid)
    return answer


@phone.get("/fonts/inter.woff2")
def send_font() -> AnyResponse:
    font = _font()
    if font is None:
        abort(404)
    return send_from_directory(font.parent, font.name, max_age=86_400)


def _font() -> Path | None:
    return next(iter(sorted(HOUSE_FONTS.glob("inter-latin-wght-normal*.woff2"))), None)
