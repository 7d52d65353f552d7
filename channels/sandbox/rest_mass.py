"""Mass messages: one text for many followers by a single call; of each month a follower is shown four."""

from datetime import timedelta
from typing import Any

from aiohttp import web

from channels.sandbox.errcodes import ApiError
from channels.sandbox.feed import ShownAs
from channels.sandbox.phones import report
from channels.sandbox.platform import Platform
from channels.sandbox.residents import Resident
from channels.sandbox.rest import Answer, Api, ok, read_json

_LEAST, _MOST = 2, 10_000
_SHOWN_IN_A_MONTH = 4
_CHINA = timedelta(hours=8)


async def _mass_send(platform: Platform, request: web.Request) -> Answer:
    data = await read_json(request)
    people, text = data.get("touser"), _text(data)
    if not isinstance(people, list) or not _LEAST <= len(people) <= _MOST:
        raise ApiError(40130)
    known = [found for each in people if (found := platform.by_openid(each)) is not None]
    if not known:
        raise ApiError(40003)
    key = str(data.get("clientmsgid") or "")
    if key and key in platform.masses:
        return {"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": platform.masses[key]}
    number = platform.ids.number(platform.clock.wall())
    platform.masses[key] = number
    shown = [each for each in known if _takes(platform, each)]
    for each in shown:
        platform.show(each, ShownAs.MASS, "text", text)
    report(platform, known[0], _finished(number, total=len(people), known=len(known), sent=len(shown)))
    return ok(msg_id=number, msg_data_id=number)


def _text(data: dict[str, Any]) -> str:
    if data.get("msgtype") != "text":
        raise ApiError(40008)
    content = data.get("text")
    text = content.get("content") if isinstance(content, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise ApiError(44004)
    return text


def _takes(platform: Platform, resident: Resident) -> bool:
    now = platform.clock.now() + _CHINA
    month = (now.year, now.month)
    if not resident.followed or resident.blocks or resident.masses.count(month) >= _SHOWN_IN_A_MONTH:
        return False
    resident.masses.append(month)
    return True


def _finished(number: int, *, total: int, known: int, sent: int) -> dict[str, Any]:
    return {
        "MsgType": "event",
        "Event": "MASSSENDJOBFINISH",
        "MsgID": number,
        "Status": "send success",
        "TotalCount": total,
        "FilterCount": known,
        "SentCount": sent,
        "ErrorCount": known - sent,
    }


APIS = {"/cgi-bin/message/mass/send": Api(method="POST", handle=_mass_send)}
