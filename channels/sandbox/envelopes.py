"""The XML of pushes and answers: text in CDATA, numbers bare."""

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias
from xml.etree import ElementTree as ET

from channels.sandbox.errors import Unreadable

Value: TypeAlias = "str | int | float | Mapping[str, Value] | Sequence[Mapping[str, Value]]"
Fields: TypeAlias = Mapping[str, Value]

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Without the characters that XML cannot carry at all."""
    return _NOT_IN_XML.sub("", text)


def build(fields: Fields) -> str:
    return _element("xml", fields)


def _element(name: str, value: Value) -> str:
    if isinstance(value, str):
        return f"<{name}><![CDATA[{clean(value).replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"
    if isinstance(value, int | float):
        return f"<{name}>{value}</{name}>"
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(_element(key, item) for key, item in value.items())}</{name}>"
    return "".join(_element(name, item) for item in value)


def parse(text: str) -> ET.Element:
    """The root of an ``<xml>`` document.

    Raises:
        Unreadable: not well formed, another root, or a document type (which could hold entity bombs).
    """
    if "<!DOCTYPE" in text.upper():
        raise Unreadable("回复带有文档类型声明", code="doctype")
    try:
        root = ET.fromstring(text)  # noqa: S314  no document type, hence no entities
    except ET.ParseError as error:
        raise Unreadable("回复不是合法的 XML", code="not_xml") from error
    if root.tag != "xml":
        raise Unreadable("回复的根元素不是 xml", code="not_xml")
    return root


def value_of(root: ET.Element, path: str) -> str:
    return root.findtext(path) or ""
