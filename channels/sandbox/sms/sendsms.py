"""``/sms/cgi-bin/sendsms``: what Kannel's smsbox takes and refuses, in its own words."""

import asyncio
import re
from collections.abc import Mapping
from time import monotonic
from urllib.parse import unquote_to_bytes

from aiohttp import web

from channels.sandbox.faults import Drop, Fault
from channels.sandbox.journal import Entry
from channels.sandbox.sms.coding import EIGHT_BIT, SEVEN_BIT, UCS2, BadCharset, Carried, carried
from channels.sandbox.sms.keys import SMS
from channels.sandbox.sms.platform import SmsPlatform
from channels.sandbox.sms.receipts import Asked

PATH = "/cgi-bin/sendsms"
_MOST_FIELDS = 40
_HIDDEN = frozenset({"username", "password", "dlr-url"})
_BAD_REQUEST, _FORBIDDEN, _UNAVAILABLE, _ACCEPTED = 400, 403, 503, 202

_HEADERS = ("username", "password", "from", "to", "coding", "dlr-mask", "dlr-url")
_POSTED = "posted"

Fields = Mapping[str, bytes]


class _Refused(Exception):
    """``args``: the status, and Kannel's sentence."""


def add_routes(router: web.UrlDispatcher) -> None:
    router.add_get("/sms" + PATH, _handle)
    router.add_post("/sms" + PATH, _handle)


async def _handle(request: web.Request) -> web.StreamResponse:
    platform, fields = request.app[SMS], await _posted(request) if request.method == "POST" else _fields(request)
    shown = {name: value.decode("utf-8", "replace") for name, value in fields.items() if name not in _HIDDEN}
    entry = Entry(direction="call", at=platform.clock.now(), method=request.method, path=PATH, query=shown)
    platform.journal.add(entry)
    began, fault = monotonic(), platform.faults.take(PATH)
    if fault and fault.latency:
        await asyncio.sleep(fault.latency)
    if fault and fault.drop is Drop.BEFORE:
        return _cut(request, entry)
    status, words = await _answered(platform, fields, fault)
    if fault and fault.drop is Drop.AFTER:
        return _cut(request, entry)
    entry.status, entry.answer, entry.seconds = status, words, round(monotonic() - began, 3)
    return web.Response(status=status, text=words)


async def _answered(platform: SmsPlatform, fields: Fields, fault: Fault | None) -> tuple[int, str]:
    if fault and (fault.status or fault.errcode is not None):
        return fault.status or _UNAVAILABLE, fault.errmsg or "Temporal failure, try again later."
    try:
        asked, text = _read(platform, fields)
    except _Refused as refusal:
        status, words = refusal.args
        return status, words
    if platform.down:
        platform.kept.append((asked, text))
        return _ACCEPTED, "3: Queued for later delivery"
    if platform.receipts.options.before_answer:
        await platform.carry(asked, text)
    else:
        platform.tasks.start(_carried_later(platform, asked, text))
    return _ACCEPTED, "0: Accepted for delivery"


async def _carried_later(platform: SmsPlatform, asked: Asked, text: Carried) -> None:
    await platform.receipts.wait()
    await platform.carry(asked, text)


def _read(platform: SmsPlatform, fields: Fields) -> tuple[Asked, Carried]:
    """The text and where its reports go; in the order in which Kannel looks at things.

    Raises:
        _Refused: it is refused.
    """
    account, said = platform.account, {name: value.decode("utf-8", "replace") for name, value in fields.items()}
    if (said.get("username"), said.get("password")) != (account.username, account.password):
        raise _Refused(_FORBIDDEN, "Authorization failed for sendsms")
    to, sender = said.get("to", ""), said.get("from", "")
    if not to:
        several = "receiver(s) number(s)" if _POSTED in fields else "receiver number"
        raise _Refused(_BAD_REQUEST, f"Missing {several}, rejected")
    if not re.fullmatch(r"\+?[0-9]{1,20}", to):
        raise _Refused(_BAD_REQUEST, "Number(s) has/have been denied by white- and/or black-lists.")
    if not sender:
        raise _Refused(_BAD_REQUEST, "Sender missing and no global set, rejected")
    try:
        text = carried(fields.get("text", b""), coding=_coding(said), charset=said.get("charset", ""))
    except BadCharset:
        raise _Refused(_BAD_REQUEST, "Charset or body misformed, rejected") from None
    mask = said.get("dlr-mask", "0")
    asked = Asked(
        url=said.get("dlr-url", ""),
        mask=int(mask) if re.fullmatch("[0-9]{1,3}", mask) else 0,
        sender=sender,
        to=to,
        account=account.username,
        text=text.text,
    )
    return asked, text


def _coding(said: Mapping[str, str]) -> int:
    given = said.get("coding", "")
    if given not in {"", *map(str, (SEVEN_BIT, EIGHT_BIT, UCS2))}:
        raise _Refused(_BAD_REQUEST, "Coding field misformed, rejected")
    return int(given or SEVEN_BIT)


def _fields(request: web.Request) -> Fields:
    """The first of each name, as bytes: what they mean the charset says."""
    found: dict[str, bytes] = {}
    for pair in request.raw_path.partition("?")[2].split("&", _MOST_FIELDS)[:_MOST_FIELDS]:
        name, _, value = pair.replace("+", " ").partition("=")
        found.setdefault(unquote_to_bytes(name).decode("utf-8", "replace"), unquote_to_bytes(value))
    return found


async def _posted(request: web.Request) -> Fields:
    """What is posted: the text is the body, all else stands in headers."""
    said = {name: request.headers.get(f"X-Kannel-{name}") for name in _HEADERS}
    fields = {name: value.encode() for name, value in said.items() if value is not None}
    return {
        **fields,
        "charset": (request.charset or "ISO-8859-1").encode(),
        "text": await request.read(),
        _POSTED: b"1",
    }


def _cut(request: web.Request, entry: Entry) -> web.Response:
    entry.answer = "dropped"
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)
