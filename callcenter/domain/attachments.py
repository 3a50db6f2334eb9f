"""Attachment types, detected by content: the sender's type is not trusted."""

import io
import zipfile
from enum import StrEnum

import puremagic

LARGEST = 16 * 1024 * 1024  # bytes; what WhatsApp carries, and more than any MMS


class AttachmentState(StrEnum):
    DUE = "due"  # not fetched yet
    KEPT = "kept"
    REFUSED = "refused"  # type not accepted
    FAILED = "failed"  # fetch failed


PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})  # types that every browser shows
SUFFIXES = {
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".jfif": "image/jpeg", ".png": "image/png", ".gif": "image/gif",
    ".webp": "image/webp", ".heic": "image/heic", ".heif": "image/heif", ".pdf": "application/pdf",
    ".mp4": "video/mp4", ".3gp": "video/3gpp", ".3ga": "video/3gpp", ".mov": "video/quicktime", ".m4a": "audio/mp4",
    ".f4a": "audio/mp4", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".amr": "audio/amr",
    ".aac": "audio/aac", ".wav": "audio/wav", ".vcf": "text/vcard", ".gcrd": "text/vcard", ".txt": "text/plain",
}  # fmt: skip
# Office documents are zip files: each type has a folder of its own inside.
OFFICE = {
    "word": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    "xl": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    "ppt": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"),
}
ENDINGS = {kind: suffix for suffix, kind in reversed(SUFFIXES.items())} | dict(OFFICE.values())
GROUPS = {"image": "image", "audio": "audio", "video": "video"}
RUNS = ("html", "svg", "xml", "executable", "javascript")  # types that a browser or a machine would run


def kind_of(content: bytes) -> str | None:
    """MIME type by content; None if empty or not accepted."""
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    try:
        found = puremagic.magic_string(content)
    except (puremagic.PureError, ValueError):
        return "text/plain" if _is_plain(content) else None
    if any(word in each.mime_type for each in found for word in RUNS):
        return None
    return next((SUFFIXES[each.extension] for each in found if each.extension in SUFFIXES), None)


def _office(content: bytes) -> str | None:
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except zipfile.BadZipFile:
        return None
    folders = {name.partition("/")[0] for name in names}
    kinds = [kind for folder, (kind, _) in OFFICE.items() if folder in folders]
    return kinds[0] if "[Content_Types].xml" in names and len(kinds) == 1 else None


def _is_plain(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    readable = all(letter.isprintable() or letter in "\t\r\n" for letter in text)
    # A page or script may start with blanks.
    return bool(text.strip()) and readable and not text.lstrip().startswith(("<", "#!"))


def is_picture(kind: str | None) -> bool:
    return kind in PICTURES


def name_of(kind: str, number: int) -> str:
    # As image-3.jpg.
    return f"{GROUPS.get(kind.partition('/')[0], 'document')}-{number}{ENDINGS.get(kind, '')}"
