"""Renders answers as TwiML. Pure."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from babel.dates import format_date, format_time
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from callcenter.domain import calls, languages, texts
from callcenter.domain.interactions import conference_name
from callcenter.telephony import paths
from callcenter.words import say

CONFERENCE_EVENTS = "start end join leave mute hold modify"
MENU_SECONDS = 6
MESSAGE_SECONDS = 180
STAND_BY_SECONDS = 2
MUSIC = "/static/sounds/waiting.wav"
LANGUAGE_KEY = "9"
SPOKEN_NAME = {"en": "For English, press 9.", "zh": "中文服务请按九。"}


def render(answer: calls.Answer, *, base: str) -> str:
    """`base`: our public address without a final slash."""
    response = VoiceResponse()
    RENDERERS[type(answer)](response, answer, base)
    return str(response)


def hold_music(language: str, *, base: str) -> str:
    response = VoiceResponse()
    _say(response, language, "We are with you again in a moment.")
    response.play(base + MUSIC)
    response.redirect(base + paths.HOLD % language, method="POST")
    return str(response)


def stand_by(language: str, *, again: str, is_first: bool) -> str:
    """A short wait, then `again`. Only verbs that a waiting conference allows."""
    response = VoiceResponse()
    if is_first:
        _say(response, language, "One moment, please.")
    response.pause(length=STAND_BY_SECONDS)
    response.redirect(again, method="POST")
    return str(response)


def nothing() -> str:
    return str(VoiceResponse())


def _menu(response: VoiceResponse, answer: calls.OfferMenu, base: str) -> None:
    action = base + paths.MENU % answer.interaction_id
    gather = Gather(num_digits=1, timeout=MENU_SECONDS, action=action, method="POST")
    if answer.wrong_key:
        _say(gather, answer.language, "We did not understand the key.")
    if not answer.again:
        _greet(gather, answer)
    for choice in answer.choices:
        _say(gather, answer.language, "For %(matter)s, press %(key)s.", matter=choice.label, key=choice.digit)
    response.append(gather)
    response.redirect(action, method="POST")


def _greet(gather: Gather, answer: calls.OfferMenu) -> None:
    if answer.name:
        _say(gather, answer.language, "Welcome to %(company)s, %(name)s.", company=answer.company, name=answer.name)
    else:
        _say(gather, answer.language, "Welcome to %(company)s.", company=answer.company)
    if answer.other_language:
        gather.say(SPOKEN_NAME[answer.other_language], language=languages.SPOKEN[answer.other_language])


def _wait(response: VoiceResponse, answer: calls.Wait, base: str) -> None:
    if answer.company:
        _say(response, answer.language, "This is %(company)s. You asked us to call you.", company=answer.company)
    # A conference cannot ask for input: * leads to the Dial's action, with the call in progress.
    dial = Dial(action=base + paths.LEFT % answer.interaction_id, method="POST", hangup_on_star=True)
    dial.conference(
        conference_name(answer.interaction_id),
        start_conference_on_enter=False,
        # Only the caller's leaving ends it; as first participant the caller fixes the callbacks.
        end_conference_on_exit=True,
        beep="false",
        wait_url=base + paths.WAIT % answer.interaction_id,
        wait_method="POST",
        participant_label="customer",
        status_callback=base + paths.CONFERENCE,
        status_callback_method="POST",
        status_callback_event=CONFERENCE_EVENTS,
    )
    response.append(dial)


def _ask_for_callback(response: VoiceResponse, answer: calls.AskForCallback, base: str) -> None:
    action = base + paths.CALLBACK % answer.interaction_id
    gather = Gather(num_digits=1, timeout=MENU_SECONDS, action=action, method="POST")
    if answer.expected_seconds:
        minutes = max(1, round(answer.expected_seconds / 60))
        _say(gather, answer.language, "We expect to answer in about %(minutes)d minutes.", minutes=minutes)
    _say(gather, answer.language, "Press 1, and we call you back: you keep your place. To wait on, press 2.")
    response.append(gather)
    # No key counts as an answer: the caller waits on.
    response.redirect(action, method="POST")


def _promised(response: VoiceResponse, answer: calls.SayPromised, base: str) -> None:
    until = _day_and_time(answer.until, answer.language)
    _say(response, answer.language, "We call you back at this number by %(until)s. You keep your place.", until=until)
    _say(response, answer.language, "Thank you for your patience. Goodbye.")
    response.hangup()


def _take_message(response: VoiceResponse, answer: calls.TakeMessage, base: str) -> None:
    _say(
        response,
        answer.language,
        "We are sorry that you wait so long. Leave us a message after the tone: we answer it.",
    )
    action = base + paths.MESSAGE % answer.interaction_id
    response.record(action=action, method="POST", max_length=MESSAGE_SECONDS, timeout=5, play_beep=True)
    _say(response, answer.language, "We heard nothing. Goodbye.")
    response.hangup()


def _join_again(response: VoiceResponse, answer: calls.JoinAgain, base: str) -> None:
    response.pause(length=1)
    response.redirect(base + paths.AGENT_LEFT % answer.interaction_id + "?again=1", method="POST")


def _place(response: VoiceResponse, answer: calls.TellPlace, base: str) -> None:
    if answer.passed_to:
        _say(response, answer.language, "We pass you on to %(queue)s. You keep your place.", queue=answer.passed_to)
    if answer.place == 1:
        _say(response, answer.language, "You are next.")
    elif answer.place:
        _say(response, answer.language, "You are number %(place)d.", place=answer.place)
    if answer.expected_seconds is not None and answer.place != 1:
        minutes = max(1, round(answer.expected_seconds / 60))
        if minutes == 1:
            _say(response, answer.language, "We expect to answer in about one minute.")
        else:
            _say(response, answer.language, "We expect to answer in about %(minutes)d minutes.", minutes=minutes)
    if answer.first and not answer.place:
        _say(response, answer.language, "We connect you as soon as somebody is free.")
    if answer.star:
        _say(response, answer.language, "To be called back in place of waiting, press star.")
    response.play(base + MUSIC)
    # In a loop: the document of a waiting conference must not run out.
    response.redirect(base + paths.WAIT % answer.interaction_id + "?again=1", method="POST")


def _agent(response: VoiceResponse, answer: calls.JoinAgent, base: str) -> None:
    dial = Dial(action=base + paths.AGENT_LEFT % answer.interaction_id, method="POST")
    dial.conference(
        conference_name(answer.interaction_id),
        start_conference_on_enter=True,
        end_conference_on_exit=False,
        beep="false",
        jitter_buffer_size="small",
        participant_label=f"agent-{answer.agent_id}-{answer.leg_id}",
        status_callback=base + paths.CONFERENCE,
        status_callback_method="POST",
        status_callback_event=CONFERENCE_EVENTS,
    )
    response.append(dial)


def _press(response: VoiceResponse, answer: calls.AskAgentToPress, base: str) -> None:
    gather = Gather(num_digits=1, timeout=8, action=base + paths.AGENT_PRESSED % answer.offer_id, method="POST")
    _say(gather, answer.language, "A call for you. To take it, press 1.")
    response.append(gather)
    response.hangup()


def _closed(response: VoiceResponse, answer: calls.SayClosed, base: str) -> None:
    if answer.opens:
        opens = _day_and_time(answer.opens, answer.language)
        _say(response, answer.language, "We are closed now and open again %(opens)s.", opens=opens)
    else:
        _say(response, answer.language, "We are closed now.")
    _say(response, answer.language, "Send us a text message at this number, we answer it first thing.")
    response.hangup()


def _day_and_time(moment: datetime, language: str) -> str:
    locale = languages.locale(language)
    day = format_date(moment, "EEEE, MMMM d" if locale == "en" else "M月d日 EEEE", locale=locale)
    return f"{day}, {format_time(moment, 'short', locale=locale)}"


def _sorry(response: VoiceResponse, answer: calls.Apologise, base: str) -> None:
    if answer.reason == "line_lost":
        _say(response, answer.language, "The line to your agent broke, we are sorry. You keep your place.")
    elif answer.reason == "invited":
        _say(response, answer.language, "This call is no longer waiting.")
    else:
        _say(response, answer.language, "We are sorry, something failed on our side.")
        _say(response, answer.language, "Send us a text message at this number and we call you back.")
    response.hangup()


def _hang_up(response: VoiceResponse, answer: calls.HangUp, base: str) -> None:
    response.hangup()


def _say(to: Any, language: str, text: str, **values: object) -> None:
    to.say(texts.normal(say(language, text, **values)), language=languages.SPOKEN[languages.served(language)])


RENDERERS: dict[type, Callable[[VoiceResponse, Any, str], None]] = {
    calls.OfferMenu: _menu,
    calls.Wait: _wait,
    calls.AskForCallback: _ask_for_callback,
    calls.SayPromised: _promised,
    calls.TakeMessage: _take_message,
    calls.JoinAgain: _join_again,
    calls.TellPlace: _place,
    calls.JoinAgent: _agent,
    calls.AskAgentToPress: _press,
    calls.SayClosed: _closed,
    calls.Apologise: _sorry,
    calls.HangUp: _hang_up,
}
