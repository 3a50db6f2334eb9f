"""Dial: into a conference, or to a number or browser that is then bridged with the caller."""

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from callcenter.simulator.exchange import calls, conferences, endings, ringing
from callcenter.simulator.exchange.calls import CarrierCall, Watch
from callcenter.simulator.exchange.conferences import Conference, Participant
from callcenter.simulator.exchange.sources import Source
from callcenter.simulator.twiml_player import schema
from callcenter.simulator.twiml_player.document import Document, InvalidTwiml
from callcenter.simulator.twiml_player.player import CallOver, Follow, Jump, Player, Verb


@dataclass
class Attempt:
    """One Dial of several legs at once: the first to be bridged wins."""

    legs: list[CarrierCall] = field(default_factory=list)
    winner: CarrierCall | None = None


class Dialling:
    """The Dial verb. It needs all verbs: a dialled leg may hear a screening document first."""

    def __init__(self, verbs: dict[str, Verb]) -> None:
        self._verbs = verbs

    def dial(self, player: Player, verb: Element, page: Document) -> None:
        room = verb.find("Conference")
        if room is not None:
            meet(player, verb, room, page)
            return
        targets = list(verb) or [_bare_number(verb)]
        attempt = Attempt()
        for target in targets:
            attempt.legs.append(self._call_leg(player, verb, target, page, attempt))
        try:
            _accompany(player, attempt)
        except CallOver:
            _tell_action(player, verb, page, _outcome(attempt))
            raise
        except Jump:
            _drop(player, attempt)
            raise
        _drop(player, attempt)
        if verb.get("action"):
            raise Follow(page.source.link(verb.get("action", ""), verb.get("method", ""), _outcome(attempt)))

    def _call_leg(
        self, player: Player, verb: Element, target: Element, page: Document, attempt: Attempt
    ) -> CarrierCall:
        caller = player.call
        caller_id = caller.from_ if caller.direction == "inbound" else caller.to
        leg = calls.create(
            player.carrier,
            from_=verb.get("callerId", caller_id),
            to=_address(target),
            direction="outbound-dial",
            parent_sid=caller.sid,
            timeout=float(verb.get("timeout", "30")) - ringing.RING_BUFFER,
            watch=_watch(target, page),
        )
        url = target.get("url")
        screen = page.source.link(url, target.get("method", "")) if url else None
        ringing.ring(player.carrier, leg, on_answer=lambda _leg: self._screen_and_bridge(player, leg, screen, attempt))
        return leg

    def _screen_and_bridge(self, parent: Player, leg: CarrierCall, screen: Source | None, attempt: Attempt) -> None:
        """In the dialled leg's thread: play the screening document, then bridge the first leg."""
        own = Player(parent.carrier, leg, self._verbs)
        try:
            if screen:
                own.play_aside(screen, schema.SCREENING)
            with parent.carrier.lock:
                own.check()
                if attempt.winner is None and not parent.call.is_over:
                    attempt.winner = leg
                    if not parent.call.answered:
                        calls.answer(parent.carrier, parent.call)
                    calls.bridge(parent.carrier, parent.call, leg)
            own.wait(None, until=lambda: not leg.peers)
        except (CallOver, InvalidTwiml):
            pass
        endings.hang_up(parent.carrier, leg, by="company")
        with parent.carrier.lock:
            parent.call.wake.notify_all()


def _accompany(player: Player, attempt: Attempt) -> None:
    player.wait(None, until=lambda: attempt.winner is not None or all(leg.is_over for leg in attempt.legs))
    for leg in attempt.legs:
        if leg is not attempt.winner:
            endings.hang_up(player.carrier, leg, by="network")
    if attempt.winner:
        player.wait(None, until=lambda: not player.call.peers)


def _drop(player: Player, attempt: Attempt) -> None:
    for leg in attempt.legs:
        endings.hang_up(player.carrier, leg, by="company")


def _outcome(attempt: Attempt) -> dict[str, str]:
    leg = attempt.winner or attempt.legs[-1]
    fields = {
        "DialCallSid": leg.sid,
        "DialCallStatus": leg.status if leg.is_over else "completed",
        "DialBridged": "true" if attempt.winner else "false",
    }
    if fields["DialCallStatus"] == "completed":
        fields["DialCallDuration"] = str(leg.seconds)
    return fields


def _bare_number(verb: Element) -> Element:
    number = Element("Number")
    number.text = verb.text
    return number


def _address(target: Element) -> str:
    identity = target.find("Identity")
    text = ((identity.text if identity is not None else target.text) or "").strip()
    return f"client:{text}" if target.tag == "Client" else text


def _watch(target: Element, page: Document) -> Watch:
    url = target.get("statusCallback")
    if not url:
        return Watch()
    events = frozenset(target.get("statusCallbackEvent", "completed").split())
    return Watch(page.source.link(url).url, target.get("statusCallbackMethod", "POST"), events)


def meet(player: Player, verb: Element, room: Element, page: Document) -> None:
    """Join a conference until it ends, the leg hangs up or REST redirects it."""
    member = _participant(player.call, room, page)
    with player.carrier.lock:
        conference = conferences.find_or_open(player.carrier, (room.text or "").strip())
        address = room.get("statusCallback", "")
        conferences.watch(
            conference,
            url=page.source.link(address).url if address else "",
            method=room.get("statusCallbackMethod", "POST"),
            events=frozenset(room.get("statusCallbackEvent", "").split()),
        )
        # A refused leg continues with its next verb.
        if not conferences.join(player.carrier, conference, member):
            return
    answered = {"DialCallStatus": "answered", "DialBridged": "true"}
    star = _star(player) if verb.get("hangupOnStar") == "true" else _never
    try:
        stay(player, conference, member, leaves=star)
        if star():
            conferences.leave(player.carrier, player.call, "participant_hung_up", status="in-progress")
    except Jump:
        conferences.leave(player.carrier, player.call, "participant_updated_via_api", status="in-progress")
        raise
    except CallOver:
        _tell_action(player, verb, page, answered)
        raise
    except InvalidTwiml:
        conferences.leave(player.carrier, player.call, "participant_hung_up", status="in-progress")
        answered = {"DialCallStatus": "failed", "DialBridged": "false"}
    if verb.get("action"):
        raise Follow(page.source.link(verb.get("action", ""), verb.get("method", ""), answered))


def _never() -> bool:
    return False


def _star(player: Player) -> Callable[[], bool]:
    """hangupOnStar: the leg that dialled leaves with * and continues with the action."""
    with player.carrier.lock:
        # Keys pressed earlier do not count.
        player.call.digits.clear()
    return lambda: "*" in player.call.digits


def _tell_action(player: Player, verb: Element, page: Document, params: dict[str, str]) -> None:
    """The caller hung up inside the Dial: request the action, discard its TwiML."""
    if verb.get("action") and not player.carrier.closing.is_set():
        player.inform(page.source.link(verb.get("action", ""), verb.get("method", ""), params))


def _participant(call: CarrierCall, room: Element, page: Document) -> Participant:
    wait_url = room.get("waitUrl")
    return Participant(
        call,
        label=room.get("participantLabel", ""),
        muted=room.get("muted") == "true",
        coaching=bool(room.get("coach")),
        coached_sid=room.get("coach", ""),
        starts=room.get("startConferenceOnEnter", "true") == "true",
        ends=room.get("endConferenceOnExit") == "true",
        beep=room.get("beep", "true"),
        wait_url=page.source.link(wait_url).url if wait_url else wait_url,
        wait_method=room.get("waitMethod", "POST"),
    )


def stay(player: Player, conference: Conference, member: Participant, *, leaves: Callable[[], bool] = _never) -> None:
    """Stay until `leaves`: wait music before the start, hold music on hold, else the conversation."""
    call = player.call

    def is_out() -> bool:
        return call.conference != conference.sid or leaves()

    while not is_out():
        if member.hold:
            with player.interrupted_by(lambda: is_out() or not member.hold):
                _hold_music(player, member)
        elif conference.status == "init":
            with player.interrupted_by(lambda: is_out() or member.hold or conference.status != "init"):
                _music(player, member.wait_url, member.wait_method)
        else:
            player.wait(None, until=lambda: is_out() or member.hold)


def _hold_music(player: Player, member: Participant) -> None:
    try:
        _music(player, member.hold_url or None, member.hold_method)
    except InvalidTwiml:
        _music(player, "", "GET")


def _music(player: Player, url: str | None, method: str) -> None:
    """None plays Twilio's own music, a blank address silence."""
    if url:
        player.play_aside(Source(url, method.upper()), schema.WAITING_IN_CONFERENCE)
    # Silence also follows a document that ends.
    calls.note(player.carrier, player.call, "music" if url is None else "silence")
    player.wait(None)


def join_by_rest(player: Player, name: str, member: Participant) -> None:
    with player.carrier.lock:
        conference = conferences.find_or_open(player.carrier, name)
        is_in = conferences.join(player.carrier, conference, member)
    try:
        if is_in:
            stay(player, conference, member)
    except InvalidTwiml:
        conferences.leave(player.carrier, player.call, "participant_hung_up")
    except Jump:
        conferences.leave(player.carrier, player.call, "participant_updated_via_api", status="in-progress")
        raise
    endings.hang_up(player.carrier, player.call, by="company")
