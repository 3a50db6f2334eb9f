"""A file's type from its content."""

import pytest

from callcenter.domain import attachments
from tests.pictures import DRAWING, JPEG, PAGE, PDF, PROGRAM, png, zipped

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (png(), "image/png"),
        (JPEG, "image/jpeg"),
        (b"GIF89a" + bytes(30), "image/gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(30), "image/webp"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(20), "image/heif"),
        (PDF, "application/pdf"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(20), "video/mp4"),
        (b"OggS\0\x02" + bytes(20) + b"\x01\x13OpusHead", "audio/ogg"),
        (b"#!AMR\n" + bytes(9), "audio/amr"),
        (b"BEGIN:VCARD\nVERSION:3.0\n", "text/vcard"),
        ("Where is it? 在哪儿？\n".encode(), "text/plain"),
        (zipped("[Content_Types].xml", "word/document.xml"), WORD),
    ],
)
def test_kinds_that_are_taken(content: bytes, kind: str) -> None:
    assert attachments.kind_of(content) == kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        PROGRAM,
        b"\x7fELF\x02\x01\x01",
        PAGE,
        b"  \n<html><body onload=x()>",
        DRAWING,
        b"#!/bin/sh\nrm -rf /\n",
        zipped("invoice.exe"),
        zipped("[Content_Types].xml", "word/a.xml", "xl/b.xml"),
        b"PK\x03\x04 broken",
        b"\x00\x01\x02\x03",
    ],
)
def test_what_is_empty_unknown_or_can_act_is_not_taken(content: bytes) -> None:
    assert attachments.kind_of(content) is None


def test_only_what_every_browser_shows_is_a_picture() -> None:
    assert [attachments.is_picture(kind) for kind in ("image/png", "image/heif", "image/svg+xml", None)] == [
        *(True, False, False, False)
    ]


def test_a_file_without_a_name_is_called_by_its_kind() -> None:
    assert attachments.name_of("image/jpeg", 7) == "image-7.jpg"
    assert attachments.name_of(WORD, 7) == "document-7.docx"
