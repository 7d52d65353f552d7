"""What Kannel says in one call: in the query, in a form, or in ``X-Kannel-…`` headers with the text as the body."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import unquote_to_bytes

from channels.base import WebhookRequest
from channels.errors import Malformed

_MOST_FIELDS = 40
_FORM = "application/x-www-form-urlencoded"
_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "from": "x-kannel-from",
        "to": "x-kannel-to",
        "time": "x-kannel-time",
        "coding": "x-kannel-coding",
        "charset": "x-kannel-charset",
        "id": "x-kannel-id",
    }
)
_CODECS: Mapping[str, str] = MappingProxyType(
    {
        "utf-8": "utf-8",
        "utf8": "utf-8",
        "utf-16be": "utf-16-be",
        "utf-16": "utf-16-be",
        "ucs-2": "utf-16-be",
        "ucs-2be": "utf-16-be",
        "ucs2": "utf-16-be",
        "iso-10646-ucs-2": "utf-16-be",
        "gbk": "gb18030",
        "gb2312": "gb18030",
        "gb18030": "gb18030",
        "big5": "big5",
        "us-ascii": "ascii",
        "ascii": "ascii",
        "iso-8859-1": "iso-8859-1",
        "latin1": "iso-8859-1",
        "windows-1252": "windows-1252",
    }
)
_UCS2 = "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """``values``: everything but the text. ``header``: the user data header, where the address asks for it (%u)."""

    values: Mapping[str, str] = field(repr=False)
    text: str = field(repr=False)
    header: bytes = b""

    def value(self, name: str) -> str:
        return self.values.get(name, "")


def read_call(request: WebhookRequest) -> Call:
    """Read ``request``. The text is of the charset that it names, and whatever comes is read as well as it can be.

    Raises:
        Malformed: more fields than Kannel knows, or one of them twice: who sent it must not be a matter of order.
    """
    raw = _raw_query(request)
    body_text: bytes | None = None
    if request.method.upper() == "POST":
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM:
            raw = _together(raw, _pairs(request.body))
        else:
            body_text = request.body
    values = {name: value.decode("utf-8", "replace") for name, value in raw.items() if name != "text"}
    for name, header in _HEADERS.items():
        values.setdefault(name, request.headers.get(header, ""))
    values["charset"] = values["charset"] or _charset_of(request.headers.get("content-type", ""))
    given = raw.get("text", body_text)
    if given is None and "type" not in values:
        raise Malformed("no text")
    return Call(values=values, text=_decoded(given or b"", values), header=raw.get("udh", b""))


def _raw_query(request: WebhookRequest) -> dict[str, bytes]:
    if request.query_string:
        return _pairs(request.query_string.encode("utf-8", "surrogatepass"))
    return {name: value.encode("utf-8", "surrogatepass") for name, value in request.query.items()}


def _together(query: dict[str, bytes], form: dict[str, bytes]) -> dict[str, bytes]:
    """Both; what stands in both must be the same."""
    if any(form[name] != query[name] for name in form.keys() & query.keys()):
        raise Malformed("a field twice")
    return {**query, **form}


def _pairs(encoded: bytes) -> dict[str, bytes]:
    """Names and values; the values as bytes, for only the charset says what they mean."""
    found: dict[str, bytes] = {}
    for pair in encoded.split(b"&", _MOST_FIELDS + 1):
        if len(found) > _MOST_FIELDS:
            raise Malformed("too many fields")
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        if not name:
            continue
        named = unquote_to_bytes(name).decode("utf-8", "replace")
        if named in found:
            raise Malformed("a field twice")
        found[named] = unquote_to_bytes(value)
    return found


def _charset_of(content_type: str) -> str:
    _, _, named = content_type.lower().partition("charset=")
    return named.split(";")[0].strip(" \"'")


def _decoded(text: bytes, values: Mapping[str, str]) -> str:
    codec = _CODECS.get(values["charset"].strip().lower(), "")
    if values.get("coding") == _UCS2 and not codec:
        codec = "utf-16-be"
    for attempt in filter(None, (codec, "utf-8")):
        try:
            return text.decode(attempt).replace("\0", "")
        except UnicodeDecodeError:
            continue
    return text.decode(codec or "utf-8", "replace").replace("\0", "")
