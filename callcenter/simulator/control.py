"""The control API, for tests, demo traffic and the phone page: call, press, speak, text, inject faults."""

from typing import Any

from flask import Blueprint, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException

from callcenter.simulator import attachments, lines, people, views
from callcenter.simulator.attachments import BadAttachment
from callcenter.simulator.exchange import calls, endings, messages, ringing, speech, webhooks, whatsapp
from callcenter.simulator.exchange.calls import CarrierCall
from callcenter.simulator.exchange.webhooks import WebhookRequest
from callcenter.simulator.faults import UnknownFault
from callcenter.simulator.lines import NoSuchNumber
from callcenter.simulator.twilio_api import carrier

control = Blueprint("control", __name__)


@control.errorhandler(HTTPException)
def show_error(error: HTTPException) -> tuple[Response, int]:
    return jsonify({"error": error.description}), error.code or 500


def body() -> dict[str, Any]:
    # JSON only: a foreign web page cannot post it without a preflight.
    given = request.get_json()
    if not isinstance(given, dict):
        abort(400, "A JSON object is wanted")
    return given


def text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        abort(400, f"{name!r} must be a text")
    return value


@control.get("/healthz")
def tell_health() -> Response:
    live, numbers = calls.live(carrier()), carrier().settings.numbers
    return jsonify({"status": "ok", "calls": len(live), "numbers": numbers})


@control.post("/control/calls")
def dial() -> tuple[Response, int]:
    given = body()
    try:
        call = lines.dial(
            carrier(),
            from_=text(given, "from"),
            to=text(given, "to"),
            name=str(given.get("name", "")),
            keys=str(given.get("keys", "")),
        )
    except NoSuchNumber:
        abort(404, f"{given['to']} is none of our numbers")
    return jsonify(views.call(carrier(), call)), 201


@control.get("/control/calls")
def list_calls() -> Response:
    args = request.args
    with carrier().lock:
        found = [
            call
            for call in carrier().books.calls.values()
            if not (args.get("live") == "1" and call.is_over)
            and args.get("number") in (None, call.remote)
            and args.get("status") in (None, call.status)
        ]
    return jsonify([views.call(carrier(), call) for call in found])


def _call(sid: str, *, live: bool = True) -> CarrierCall:
    call = calls.find(carrier(), sid)
    if call is None:
        abort(404, "There is no such call")
    if live and call.is_over:
        abort(409, f"The call is over: {call.status}")
    return call


@control.get("/control/calls/<sid>")
def show_call(sid: str) -> Response:
    return jsonify(views.call(carrier(), _call(sid, live=False)))


@control.post("/control/calls/<sid>/<act>")
def act(sid: str, act: str) -> Response:
    """digits, say, mute, hangup, answer or reject."""
    return jsonify(views.call(carrier(), perform(_call(sid), act, body())))


def perform(call: CarrierCall, act: str, given: dict[str, Any]) -> CarrierCall:
    """Shared with the devices. 404: unknown act; 409: the leg no longer rings."""
    if act == "digits":
        speech.press(carrier(), call, text(given, "digits"))
    elif act == "say":
        speech.speak(carrier(), call, text(given, "text"))
    elif act == "mute":
        speech.mute(carrier(), call, given.get("muted", True) is True)
    elif act == "hangup":
        endings.hang_up(carrier(), call, by="you")
    elif act in ("answer", "reject"):
        if not ringing.decide(carrier(), call, act, str(given.get("keys", ""))):
            abort(409, "The call does not ring")
    else:
        abort(404, "Nobody can do that on a telephone")
    return call


@control.post("/control/messages")
def text_us() -> tuple[Response, int]:
    """SMS, or WhatsApp if both addresses begin with `whatsapp:`. Text is optional with attachments."""
    given = body()
    from_, to = text(given, "from"), text(given, "to")
    if whatsapp.channel(from_) != whatsapp.channel(to):
        abort(400, "Both addresses must be of one channel")
    try:
        files = attachments.take(carrier(), given)
    except BadAttachment as error:
        abort(400, str(error))
    words = text({"body": ""} | given if files else given, "body")
    message = messages.receive(carrier(), from_=from_, to=to, body=words, files=files)
    return jsonify(message.as_json()), 201


@control.get("/control/messages")
def list_messages() -> Response:
    """A WhatsApp address finds both the person's number and their id."""
    number, limit = request.args.get("number"), request.args.get("limit", 500, type=int)
    with carrier().lock:
        found = [m for m in carrier().books.messages.values() if number is None or _is_of(number, m)]
    return jsonify([message.as_json() for message in found[-limit:]])


def _is_of(address: str, message: messages.CarrierMessage) -> bool:
    phone_of = carrier().people.phone_of
    ends = {phone_of(message.from_), phone_of(message.to)}
    return whatsapp.channel(address) == message.channel and phone_of(address) in ends


@control.route("/control/windows", methods=["GET", "DELETE"])
def show_windows() -> Response:
    """Open WhatsApp windows. DELETE closes all, as if 24 hours had passed."""
    windows = carrier().books.windows
    if request.method == "DELETE":
        windows.clear()
    answer = [
        {"number": theirs, "from": ours, "until": until.isoformat()} for (theirs, ours), until in list(windows.items())
    ]
    return jsonify(answer)


@control.route("/control/people", methods=["GET", "POST", "PUT", "DELETE"])
def list_people() -> Response | tuple[Response, int]:
    """DELETE restores the people from the settings."""
    if request.method == "DELETE":
        carrier().people = people.load(carrier().settings.people_file)
    if request.method not in ("POST", "PUT"):
        return jsonify([person.as_json() for person in carrier().people.entries])
    try:
        return jsonify(carrier().people.put(body()).as_json()), 201
    except TypeError as error:
        abort(400, str(error))


@control.get("/control/conferences")
def list_conferences() -> Response:
    with carrier().lock:
        found = list(carrier().books.conferences.values())
    return jsonify([views.conference(carrier(), conference) for conference in found])


@control.route("/control/faults", methods=["GET", "POST", "DELETE"])
def order_faults() -> Response | tuple[Response, int]:
    faults = carrier().faults
    if request.method == "DELETE":
        faults.clear()
    elif request.method == "POST":
        given = request.get_json()
        try:
            for one in given if isinstance(given, list) else [given]:
                faults.add(one)
        except (UnknownFault, TypeError, ValueError, AttributeError) as error:
            abort(400, str(error))
    answer = {"slow_network": faults.slow_network, "faults": [rule.as_json() for rule in faults.rules]}
    return jsonify(answer), 201 if request.method == "POST" else 200


@control.delete("/control/faults/<int:rule_id>")
def drop_fault(rule_id: int) -> tuple[str, int]:
    if not carrier().faults.remove(rule_id):
        abort(404, "There is no such fault")
    return "", 204


@control.route("/control/log", methods=["GET", "DELETE"])
def show_log() -> Response:
    """Webhook attempts, oldest first. Filters: `path` prefix, `event`, `sid` anywhere in the parameters."""
    if request.method == "DELETE":
        carrier().log.clear()
    path, event, sid = (request.args.get(name, "") for name in ("path", "event", "sid"))
    found = [
        entry
        for entry in list(carrier().log)
        if path in entry["url"] and event in ("", entry["event"]) and (not sid or sid in entry["params"].values())
    ]
    return jsonify(found)


@control.get("/control/debugger")
def show_debugger() -> Response:
    return jsonify(list(carrier().debugger))


@control.get("/control/opt-outs")
def show_opt_outs() -> Response:
    return jsonify([{"number": theirs, "from": ours} for theirs, ours in sorted(carrier().books.opted_out)])


@control.post("/control/forge")
def forge() -> Response:
    """Send one request with a wrong, missing or right signature."""
    given = body()
    params = {str(name): str(value) for name, value in dict(given.get("params", {})).items()}
    answer = webhooks.send(
        carrier(),
        WebhookRequest(text(given, "url"), params, event="forge"),
        token=str(given.get("token") or webhooks.new_token()),
        signature=str(given.get("signature", "forged")),
    )
    return jsonify({"status": answer.status, "body": answer.body.decode("utf-8", "replace")})


@control.get("/control/settled")
def settle() -> tuple[Response, int]:
    """Wait until no webhook is in flight; 504 after `timeout` seconds."""
    done = carrier().callbacks.is_settled(request.args.get("timeout", 5.0, type=float))
    return jsonify({"settled": done}), 200 if done else 504


@control.post("/control/reset")
def reset() -> Response:
    """Hang up all calls and clear all records; webhook addresses and people stay."""
    company = carrier()
    company.faults.clear()
    lines.hang_up_all(company)
    company.callbacks.is_settled(5.0)
    with company.lock:
        for book in (company.books.calls, company.books.conferences, company.books.queues):
            book.clear()
        company.books.messages.clear()
        company.books.recordings.clear()
        company.books.files.clear()
        company.books.opted_out.clear()
        company.books.windows.clear()
        company.log.clear()
        company.debugger.clear()
        company.music.clear()
    company.save()
    return jsonify({"status": "ok"})
