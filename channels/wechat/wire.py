"""Untrusted XML or JSON to plain nested text, with everything refused that a hostile sender could use.

wechatpy's ``parse_message`` is not used for this: on hostile input it raises five kinds of foreign errors, it knows no
JSON, it turns an empty text into None, and it lacks the subscription events.
"""

import json
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NoReturn
from xml.parsers import expat  # declarations are refused, depth and size are bounded

from channels.errors import Malformed

MAX_DEPTH = 8
"""The deepest real event (a picture list) has 5 levels."""

Fields = Mapping[str, Any]
"""Element name to text, to Fields, or to a list of either where the name is repeated. Never anything else."""

_ILLEGAL_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Form(StrEnum):
    """The data format the account is set to at the platform."""

    XML = "xml"
    JSON = "json"


def without_illegal(text: str) -> str:
    """``text`` without what XML 1.0 cannot hold (control characters, lone surrogates)."""
    return _ILLEGAL_IN_XML.sub("", text)


def decoded(body: bytes) -> str:
    """UTF-8 bytes as text.

    Raises:
        Malformed: for anything else, and for NUL.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8") from error
    if "\0" in text:
        raise Malformed("a NUL character")
    return text


def read(text: str) -> tuple[Form, Fields]:
    """The fields of a document in either form.

    Raises:
        Malformed
    """
    if text.lstrip().startswith("{"):
        return Form.JSON, _read_json(text)
    return Form.XML, _read_xml(text)


def leaf(fields: Fields, name: str) -> str:
    """The text of an element, stripped; empty where it is missing, nested or repeated."""
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""


def branch(fields: Fields, name: str) -> Fields:
    """A nested element; empty where it is missing, plain text or repeated."""
    value = fields.get(name)
    return value if isinstance(value, Mapping) else {}


def branches(fields: Fields, name: str) -> Sequence[Fields]:
    """Nested elements of one name, whether there is none, one or several."""
    value = fields.get(name)
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, Mapping)]


def _read_xml(text: str) -> Fields:
    builder = _TreeBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_declaration
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        # A resident can paste control characters; the message is worth more than its well-formedness.
        parser.Parse(without_illegal(text), True)
    except (expat.ExpatError, ValueError) as error:
        raise Malformed("no well-formed XML") from error
    root = builder.root.get("xml")
    if not isinstance(root, dict):
        raise Malformed("the root element is not <xml>")
    return root


def _refuse_declaration(*_: object) -> NoReturn:
    # Entities need a declaration, and no honest callback has one.
    raise Malformed("a document type declaration")


class _TreeBuilder:
    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._open: list[dict[str, Any]] = [self.root]
        self._text: list[str] = []

    def start(self, _name: str, _attributes: object) -> None:
        if len(self._open) > MAX_DEPTH:
            raise Malformed("nested too deeply")
        self._open.append({})
        self._text.clear()

    def data(self, text: str) -> None:
        self._text.append(text)

    def end(self, name: str) -> None:
        children = self._open.pop()
        value: object = children or "".join(self._text)
        self._text.clear()
        parent = self._open[-1]
        if name not in parent:
            parent[name] = value
        elif isinstance(parent[name], list):
            parent[name].append(value)
        else:
            parent[name] = [parent[name], value]


def _read_json(text: str) -> Fields:
    try:
        document = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise Malformed("no well-formed JSON") from error
    fields: Fields = _narrowed(document, depth=0)
    return fields


def _narrowed(value: object, *, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise Malformed("nested too deeply")
    if isinstance(value, dict):
        return {_clean(key): _narrowed(each, depth=depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [_narrowed(each, depth=depth + 1) for each in value]
    return _clean(value) if isinstance(value, str) else ""


def _clean(text: str) -> str:
    # JSON escapes can spell what UTF-8 cannot: a lone surrogate would break whatever keeps the message.
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise Malformed("a NUL or a lone surrogate")
    return text
