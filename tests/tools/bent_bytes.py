"""Bytes as nobody should send them: what is well-formed, bent; and what has broken parsers elsewhere."""

import io
import json
import struct
import zipfile
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

_HALF = "\\ud83d"
_EMOJI = "👨‍👩‍👧‍👦🇨🇳" + "é" * 3 + "\u0301" * 40 + "\u202e" + "\ufeff" + "𠮷"
WORDS = tuple(
    word.encode("utf-8", "surrogatepass")
    for word in (
        *("\0", "\ud83d", "\ufffe", "\u2028", "\x1b[2J", "\r\n", "\n\n", '"', "'", "\\", "<", ">", "&", "]]>", "%00"),
        *("{", "}", "[", "]", ",", ":", "- ", "? ", "| ", "&a ", "*a ", "<<: *a", "!!python/object:os.system ", "\t"),
        *("null", "true", "NaN", "-Infinity", "1e999", "-1", "0", "9" * 25, "9" * 5000, "1_0", "0x1F", "1.5", "''"),
        *("2026-11-22", "2026-13-45 99:99:99", "0001-01-01 00:00:00", "9999-12-31 23:59:59", "2026-02-30", "12:30:45"),
        *(_HALF, '"a":', '{"a":{"a":', "[[[[", "<a>", "</a>", "<!DOCTYPE a>", "<![CDATA[", "&#0;", "&#x110000;", "&b;"),
        *("=1+1", "@", "id: ", "text: ", "+86", "１３８", "%", "%zz", "%ff", "&key=", "=", "＝", "。", _EMOJI),
    )
)


def _xml(inner: str) -> bytes:
    return f"<xml>{inner}</xml>".encode()


def _laughing(depth: int = 9) -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, depth))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><xml><Content>&l{depth - 1};</Content></xml>'.encode()


def _laughing_yaml(depth: int = 9) -> bytes:
    lines = ["a0: &a0 [lol, lol, lol]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, depth))]
    return "\n".join(lines).encode()


def _deep(begin: bytes, end: bytes, times: int) -> bytes:
    return begin * times + end * times


NASTY: Sequence[tuple[str, bytes]] = (
    ("nothing", b""),
    ("NULs", b"\0" * 64),
    ("no UTF-8", b"\xff\xfe\xfd\x80\xc0"),
    ("a mark alone", b"\xef\xbb\xbf"),
    ("UTF-16", "路灯坏了".encode("utf-16")),
    ("half a sign", b'{"text":"\\ud83d","id":1}'),
    ("half a sign as bytes", "\ud83d".encode("utf-8", "surrogatepass")),
    ("emoji", json.dumps({"text": _EMOJI}, ensure_ascii=False).encode()),
    ("a long text", ("路灯坏了。" * 7_000).encode()),
    ("a long value", json.dumps({"text": "路" * 33_000}, ensure_ascii=False).encode()),
    ("many combining marks", ("e" + "\u0301" * 50_000).encode()),
    ("a long number", b"9" * 100_000),
    ("a long number in an object", b'{"id":' + b"9" * 100_000 + b"}"),
    ("a number beyond all", b'{"id":1e999999}'),
    ("deep arrays", _deep(b"[", b"]", 50_000)),
    ("deep objects", _deep(b'{"a":', b"}", 20_000)),
    ("deep arrays, never closed", b"[" * 100_000),
    ("deep arrays as a value", b"a = " + _deep(b"[", b"]", 50_000)),
    ("a deep key", b"a." * 40_000 + b"a = 1"),
    ("deep lists by dashes", b"- " * 30_000 + b"a"),
    ("deep elements", b"<xml>" + _deep(b"<a>", b"</a>", 14_000) + b"</xml>"),
    ("elements, never closed", b"<a>" * 30_000),
    ("many attributes", b"<xml " + b" ".join(b'a%d="1"' % n for n in range(5_000)) + b"/>"),
    ("many fields", b"&".join(b"a%d=1" % n for n in range(12_000))),
    ("many equal names", b"{" + b",".join([b'"a":1'] * 15_000) + b"}"),
    ("many objects", b"[" + b",".join([b"{}"] * 30_000) + b"]"),
    ("many lines", b"a,b\n" * 25_000),
    ("an open quote", b'a,b\n"' + b"x" * 100_000),
    ("entities of entities", _laughing()),
    (
        "an entity from a file",
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + _xml("<Content>&f;</Content>"),
    ),
    ("an entity of parameters", b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]><xml/>'),
    ("anchors of anchors", _laughing_yaml()),
    ("an anchor within itself", b"a: &a [*a]"),
    ("a list that merges", b"<<: [1]\na: 1"),
    ("tags of a language", b"!!python/object/apply:os.system ['true']"),
    ("an impossible date", b"a: 2026-13-45\nb: 99999-01-01"),
    ("a length of four thousand million", struct.pack("!IIII", 0xFFFFFFFF, 5, 0, 1)),
    ("a zip of nothing", b"PK\x05\x06" + bytes(18)),
    ("a zip that is broken", b"PK\x03\x04" + b"\xff" * 60),
)
"""What breaks parsers, by name; each at most some 100 kB."""

BENDS = st.lists(
    st.tuples(
        st.sampled_from(["put", "drop", "twice", "swap", "flip"]),
        st.integers(0, 4_000),
        st.integers(1, 60),
        st.sampled_from(WORDS) | st.binary(min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=6,
)


def bent(seed: bytes, bends: Sequence[tuple[str, int, int, bytes]]) -> bytes:
    """``seed`` after each of ``bends``."""
    content = seed
    for how, place, length, word in bends:
        at = place % (len(content) + 1)
        match how:
            case "put":
                content = content[:at] + word + content[at:]
            case "drop":
                content = content[:at] + content[at + length :]
            case "twice":
                content = content[:at] + content[at : at + length] * 2 + content[at + length :]
            case "swap":
                content = content[:at] + word + content[at + length :]
            case _:
                content = content[:at] + bytes(byte ^ 0xFF for byte in content[at : at + 1]) + content[at + 1 :]
    return content


def outside(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Bytes near ``seeds``, and bytes near nothing."""
    near = st.builds(bent, st.sampled_from(list(seeds)), BENDS) if seeds else st.nothing()
    return st.one_of(near, near, near, st.binary(max_size=300), st.text(max_size=200).map(_encoded))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def zipped(parts: dict[str, Any]) -> bytes:
    """A zip with these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()
