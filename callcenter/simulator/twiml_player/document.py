"""Parses TwiML; what Twilio would refuse goes to the debugger."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from callcenter.simulator.exchange.sources import Source
from callcenter.simulator.twiml_player import schema

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier

DOES_NOT_PARSE = 12100
SCHEMA_WARNING = 12200
BAD_CONTENT_TYPE = 12300
TWIML_TYPES = frozenset({"text/xml", "application/xml", "text/html", ""})


class InvalidTwiml(Exception):
    """The document cannot be played; carries Twilio's code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Document:
    """Verbs to play, and their source for relative links."""

    source: Source
    verbs: tuple[Element, ...]


def read(
    carrier: "Carrier", source: Source, body: bytes, content_type: str, *, call_sid: str, allowed: frozenset[str]
) -> Document:
    """Interpret an answer as Twilio does. Raises InvalidTwiml; unknown parts cause a warning and are dropped."""
    if content_type.startswith("audio/"):
        play = Element("Play")
        play.text = source.url
        return Document(source, (play,))
    if content_type == "text/plain":
        return _plain(carrier, source, body, call_sid, allowed)
    if content_type not in TWIML_TYPES:
        carrier.complain(BAD_CONTENT_TYPE, f"Invalid Content-Type: {content_type}", call_sid=call_sid, url=source.url)
        raise InvalidTwiml(BAD_CONTENT_TYPE)
    root = _parse(body)
    if root is None:
        carrier.complain(DOES_NOT_PARSE, "Document parse failure", call_sid=call_sid, url=source.url)
        raise InvalidTwiml(DOES_NOT_PARSE)
    return _checked(carrier, source, root, call_sid, allowed)


def _plain(carrier: "Carrier", source: Source, body: bytes, call_sid: str, allowed: frozenset[str]) -> Document:
    root = _parse(body)
    if root is not None:
        return _checked(carrier, source, root, call_sid, allowed)
    say = Element("Message" if allowed == schema.MESSAGING else "Say")
    say.text = body.decode("utf-8", "replace")
    return Document(source, (say,))


def _parse(body: bytes) -> Element | None:
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
    return root if root.tag == "Response" else None


def _checked(carrier: "Carrier", source: Source, root: Element, call_sid: str, allowed: frozenset[str]) -> Document:
    def warn(text: str) -> None:
        carrier.complain(SCHEMA_WARNING, f"Schema validation warning: {text}", call_sid=call_sid, url=source.url)

    for name in root.attrib:
        warn(f"attribute '{name}' is not allowed in element 'Response'")
    verbs = []
    for verb in root:
        if verb.tag not in schema.VERBS:
            warn(f"invalid element '{verb.tag}'")
        elif verb.tag not in allowed:
            warn(f"'{verb.tag}' is not allowed in this document")
        else:
            verbs.append(_clean(verb, schema.VERBS[verb.tag], warn))
    return Document(source, tuple(verbs))


def _clean(element: Element, attributes: frozenset[str], warn: Callable[[str], None]) -> Element:
    copy = Element(element.tag)
    copy.text = element.text
    for name, value in element.attrib.items():
        if name in attributes:
            copy.set(name, value)
        else:
            warn(f"attribute '{name}' is not allowed in element '{element.tag}'")
    if element.tag == "Say":
        copy.text = "".join(element.itertext())
        return copy
    for child in element:
        if child.tag in schema.CHILDREN.get(element.tag, ()):
            copy.append(_clean(child, schema.NOUNS.get(child.tag, schema.VERBS.get(child.tag, frozenset())), warn))
        else:
            warn(f"invalid element '{child.tag}' in '{element.tag}'")
    return copy
