"""Text that people and programs send, in one form: stored, compared and spoken without surprises. Not for what is secret."""

import unicodedata

# Line ends of all systems, and what slides and spreadsheets put in their place.
LINE_ENDS = ("\r\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")
# Nothing to see, and nothing changes by it inside a word: marks of byte order and of where a line may break.
DROPPED = {"\ufeff", "\u200b", "\u2060"}
BLANK = {"\u115f", "\u1160", "\u2800", "\u3164", "\uffa0"}  # letters by their category, without ink
QUOTES = frozenset("\"'`´‘’‚‛“”„‟«»‹›「」『』〝〞〟＂＇")
# Categories that XML, PostgreSQL or UTF-8 refuse, or that no font shows: controls, half surrogates, not assigned.
REFUSED = ("Cc", "Cs")


def normal(text: str) -> str:
    """NFC, `\\n` as the only line end, without controls and without characters that are none. Keeps spaces at the ends."""
    for end in LINE_ENDS:
        text = text.replace(end, "\n")
    return "".join(
        letter for letter in unicodedata.normalize("NFC", text) if _is_kept(letter) and letter not in DROPPED
    )


def clean(text: str, longest: int | None = None) -> str:
    """As `normal`, stripped; "" where nothing can be seen. `longest`: characters, counted at the end."""
    kept = normal(text).strip()
    return kept[:longest].rstrip() if any(map(_is_seen, kept)) else ""


def one_line(text: str, longest: int | None = None) -> str:
    """As `clean`, with every run of white space as one space."""
    return " ".join(clean(text).split())[:longest].rstrip()


def plain(text: str) -> str:
    """For comparing words that people type: NFKC, case folded, in one line, without quotes; every dash as a hyphen."""
    folded = unicodedata.normalize("NFKC", one_line(text)).casefold()
    kept = ("-" if unicodedata.category(letter) == "Pd" else letter for letter in folded if letter not in QUOTES)
    return " ".join("".join(kept).split())


def can_be_spoken(text: str) -> bool:
    """False for controls, half surrogates and noncharacters: XML refuses them, and so does PostgreSQL some."""
    return all(map(_is_kept, text.replace("\r", "")))


def _is_kept(letter: str) -> bool:
    if letter in "\n\t":
        return True
    is_none = ord(letter) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(letter) <= 0xFDEF  # Unicode's noncharacters
    return not is_none and unicodedata.category(letter) not in REFUSED


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cf", "Zs", "Zl", "Zp", "Mn") and letter not in BLANK
