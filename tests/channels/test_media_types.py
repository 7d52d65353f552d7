"""What a file is stands in its first bytes; what a browser would run is none of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.media_types import ENDINGS, sniffed

KNOWN = {
    b"\xff\xd8\xff\xe0\0\x10JFIF": "image/jpeg",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR": "image/png",
    b"GIF89a\1\0\1\0": "image/gif",
    b"GIF87a\1\0\1\0": "image/gif",
    b"RIFF\x1a\0\0\0WEBPVP8L": "image/webp",
    b"BM\x0a\0\0\0\0\0\0\0": "image/bmp",
    b"\0\0\0\x18ftypheic\0\0\0\0": "image/heic",
    b"#!AMR\n\x04": "audio/amr",
    b"#!AMR-WB\n\x04": "audio/amr-wb",
    b"ID3\x03\0": "audio/mpeg",
    b"\xff\xfb\x90\x64": "audio/mpeg",
    b"RIFF\x24\0\0\0WAVEfmt ": "audio/wav",
    b"OggS\0\2": "audio/ogg",
    b"\0\0\0\x1cftypM4A \0\0\0\0": "audio/mp4",
    b"\0\0\0\x1cftypisom\0\0\2\0": "video/mp4",
    b"\0\0\0\x1cftyp3gp5\0\0\2\0": "video/3gpp",
    b"\0\0\0\x14ftypqt  \0\0\0\0": "video/quicktime",
    b"%PDF-1.7\n": "application/pdf",
}
UNWELCOME = [
    b"",
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    b"<?xml version='1.0'?><svg/>",
    b"<!DOCTYPE html><script>alert(1)</script>",
    b"  <html>",
    b"\xef\xbb\xbf<html>",
    b"\xff\xfe<\0h\0t\0m\0l\0",
    b"PK\x03\x04docx",
    b"MZ\x90\0",
    b"\x7fELF",
    b"#!/bin/sh\n",
    b"BMW is not a picture",
    b"RIFF\0\0\0\0AVI LIST",
    b"\0\0\0\x1cftypevil",
    b'{"errcode":40007}',
    b"\xff\xfb",
    b"\xff\xfb\xff\xff",
]


@pytest.mark.parametrize(("content", "kind"), KNOWN.items())
def test_what_is_kept_is_known_by_its_first_bytes(content, kind):
    assert sniffed(content) == kind
    assert sniffed(content + b"<script>") in {kind, None}


@pytest.mark.parametrize("content", UNWELCOME)
def test_what_is_not_kept_is_not_known(content):
    assert sniffed(content) is None


def test_every_type_has_an_ending():
    assert {sniffed(content) for content in KNOWN} == set(ENDINGS)


@given(st.binary(max_size=40))
def test_whatever_comes_is_a_known_type_or_none(content):
    assert sniffed(content) in {None, *ENDINGS}


@given(st.text(min_size=1))
def test_text_is_never_taken_for_a_picture(text):
    kind = sniffed(text.encode("utf-8", "replace"))
    assert kind is None or not kind.startswith("image/") or text.startswith(("GIF8", "BM"))
