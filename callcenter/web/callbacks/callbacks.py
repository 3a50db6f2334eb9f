"""Callbacks: list with figures; create, change, dial now, cancel."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.actions.callbacks import callback_admin as acts
from callcenter.domain.errors import Invalid, NotFound
from callcenter.storage.administration import company
from callcenter.storage.callbacks import callbacks
from callcenter.storage.callbacks.callbacks import Callback
from callcenter.storage.calls import interactions
from callcenter.storage.customers import customers
from callcenter.web import access
from callcenter.web.wording import language

PAGE = 50
GROUPS = ("open", "failed", "connected", "cancelled", "all")
FIELDS = ("number", "note", "queue_id", "at", "customer_id")

pages = Blueprint("callbacks", __name__, url_prefix="/callbacks")


@pages.get("/")
@access.everyone
def index() -> str:
    return render_template("callbacks/index.html", **_list())


@pages.get("/list")
@access.everyone
def part() -> str:
    return render_template("callbacks/list.html", **_list())


def _list() -> dict[str, object]:
    group = request.args.get("state", "open")
    group = group if group in GROUPS else "open"
    services, reader = wiring.current(), language.chosen()
    now = services.clock()
    with services.reading() as session:
        rows = callbacks.page(
            session,
            states=() if group in ("open", "all") else (group,),
            is_open=group == "open",
            before=request.args.get("before", type=int) if group != "open" else None,
            # Open callbacks stand on one page, at most four times the usual length.
            limit=4 * PAGE if group == "open" else PAGE + 1,
        )
        more = rows[PAGE - 1].id if group != "open" and len(rows) > PAGE else None
        return {
            "rows": rows if group == "open" else rows[:PAGE],
            "people": customers.by_ids(session, [row.customer_id for row in rows if row.customer_id]),
            "queues": {queue.id: queue.name(reader) for queue in company.every_queue(session)},
            "figures": callbacks.figures(session, now=now, since=now - timedelta(days=1)),
            "group": group,
            "groups": GROUPS,
            "now": now,
            "more": url_for("callbacks.index", state=group, before=more) if more else None,
        }


@pages.get("/new")
@access.everyone
def form() -> str:
    """Prefilled from `?interaction_id=` or `?customer_id=`."""
    values = {"customer_id": request.args.get("customer_id", ""), "queue_id": request.args.get("queue_id", "")}
    contact = request.args.get("interaction_id", type=int)
    with wiring.current().reading() as session:
        known = interactions.get(session, contact) if contact else None
        if known:
            values = {"customer_id": str(known.customer_id or ""), "queue_id": str(known.queue_id or "")}
            values["number"] = (known.their_address or "") if known.channel.is_voice else ""
        elif values["customer_id"].isdigit():
            values["number"] = customers.number_to_reach(session, int(values["customer_id"])) or ""
    return _form(values)


@pages.post("/")
@access.everyone
def create() -> Response | tuple[str, int]:
    sent = request.form
    try:
        with wiring.current().work() as work:
            acts.create(
                work,
                actor=access.current_actor(),
                number=sent.get("number", ""),
                queue_id=_id(sent.get("queue_id", "")) or 0,
                at=_moment(sent.get("at", "")),
                note=sent.get("note", ""),
                customer_id=_id(sent.get("customer_id", "")),
            )
    except Invalid as error:
        return _form(sent, error=error), error.status
    return redirect(url_for("callbacks.index"))


@pages.get("/<int:callback_id>")
@access.everyone
def page(callback_id: int) -> str:
    row = _found(callback_id)
    return _form({"number": row.number, "note": row.note, "at": _typed(row.promised_from)}, row=row)


@pages.post("/<int:callback_id>")
@access.everyone
def save(callback_id: int) -> Response | tuple[str, int]:
    row, sent = _found(callback_id), request.form
    at = sent.get("at", "")
    try:
        with wiring.current().work() as work:
            acts.change(
                work,
                callback_id,
                actor=access.current_actor(),
                number=sent.get("number"),
                # The field shows minutes: an unchanged time keeps its seconds.
                at=_moment(at) if at and at != _typed(row.promised_from) else None,
                note=sent.get("note"),
            )
    except Invalid as error:
        return _form(sent, row=row, error=error), error.status
    return redirect(url_for("callbacks.index"))


@pages.post("/<int:callback_id>/cancel")
@access.everyone
def cancel(callback_id: int) -> Response | tuple[str, int]:
    row = _found(callback_id)
    try:
        with wiring.current().work() as work:
            acts.cancel(work, callback_id, actor=access.current_actor(), reason=request.form.get("reason", ""))
    except Invalid as error:
        values = {"number": row.number, "note": row.note, "at": _typed(row.promised_from)}
        return _form(values, row=row, error=error), error.status
    return redirect(url_for("callbacks.index"))


@pages.post("/<int:callback_id>/now")
@access.everyone
def call_now(callback_id: int) -> Response | str:
    """Puts the callback into its queue at once."""
    with wiring.current().work() as work:
        acts.call_now(work, callback_id, actor=access.current_actor())
    if request.headers.get("HX-Request"):
        return part()
    return redirect(url_for("callbacks.index"))


def _found(callback_id: int) -> Callback:
    with wiring.current().reading() as session:
        row = callbacks.get(session, callback_id)
    if row is None:
        raise NotFound
    return row


def _id(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) < 18 else None


def _moment(text: str) -> datetime | None:
    """Local time in the reader's zone → UTC; None for "". Raises Invalid."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(language.zone())).astimezone(UTC)
    except ValueError:
        raise Invalid("This is not a day and time.", field="at") from None


def _typed(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo(language.zone())).strftime("%Y-%m-%dT%H:%M")


def _form(values: Mapping[str, str], *, row: Callback | None = None, error: Invalid | None = None) -> str:
    services, reader = wiring.current(), language.chosen()
    with services.reading() as session:
        chosen = row.customer_id if row else _id(values.get("customer_id", ""))
        customer = customers.get(session, chosen) if chosen else None
        queues = {queue.id: queue.name(reader) for queue in company.queues(session)}
    return render_template(
        "callbacks/form.html",
        values=values,
        row=row,
        customer=customer,
        queues=queues,
        error=error,
        zone=language.zone(),
    )
