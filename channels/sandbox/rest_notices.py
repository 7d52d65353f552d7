"""Template messages and subscribe notices: cards that may come at any time, and the reports that follow them."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from channels.sandbox.errcodes import ApiError
from channels.sandbox.feed import ShownAs
from channels.sandbox.phones import report
from channels.sandbox.platform import Platform
from channels.sandbox.residents import Resident
from channels.sandbox.rest import Answer, Api, ok, read_json
from channels.sandbox.rest_messages import recipient
from channels.sandbox.settings import CardTemplate

_SAME_NOTICE = timedelta(minutes=10)
_LONGEST = {
    "thing": 20,
    "character_string": 32,
    "phrase": 5,
    "time": 40,
    "date": 40,
    "number": 32,
    "const": 20,
    "name": 10,
    "letter": 32,
    "symbol": 5,
    "phone_number": 17,
}
_KEYWORD = re.compile(r"([a-z_]+?)\d+")


async def _template_send(platform: Platform, request: web.Request) -> Answer:
    data = await read_json(request)
    resident = recipient(platform, data)
    template = _template(platform, data)
    if not resident.followed:
        raise ApiError(43004)
    rows = _rows(template, data.get("data"))
    known = _sent_before(platform, resident, data.get("client_msg_id"))
    if known is not None:
        return ok(msgid=known)
    number = platform.ids.number(platform.clock.wall())
    if data.get("client_msg_id"):
        resident.notices.append((str(data["client_msg_id"]), number, platform.clock.now()))
    if not resident.blocks:
        platform.show(resident, ShownAs.TEMPLATE, "card", template.title, rows=rows, url=_link(data))
    report(platform, resident, _finished_event(number, blocked=resident.blocks))
    return ok(msgid=number)


def _finished_event(number: int, *, blocked: bool) -> dict[str, Any]:
    status = "failed:user block" if blocked else "success"
    return {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": number, "Status": status}


async def _bizsend(platform: Platform, request: web.Request) -> Answer:
    data = await read_json(request)
    resident = recipient(platform, data)
    template = _template(platform, data)
    rows = _rows(template, data.get("data"))
    if not resident.take_consent(str(data["template_id"])):
        raise ApiError(43101)
    platform.show(resident, ShownAs.SUBSCRIBE, "card", template.title, rows=rows, url=_link(data))
    report(platform, resident, _sent_event(str(data["template_id"]), platform))
    return ok()


def _sent_event(template_id: str, platform: Platform) -> dict[str, Any]:
    item = {
        "TemplateId": template_id,
        "MsgID": platform.ids.number(platform.clock.wall()),
        "ErrorCode": 0,
        "ErrorStatus": "success",
    }
    return {
        "MsgType": "event",
        "Event": "subscribe_msg_sent_event",
        "SubscribeMsgSentEvent": {"List": item},
    }


def _template(platform: Platform, data: Mapping[str, Any]) -> CardTemplate:
    template = platform.settings.templates.get(str(data.get("template_id")))
    if template is None:
        raise ApiError(40037)
    return template


def _rows(template: CardTemplate, data: object) -> list[dict[str, str]]:
    """What the card says; each keyword of the template must be there and fit its kind's length."""
    if not isinstance(data, dict):
        raise ApiError(47001)
    return [{"label": label, "value": _value(data, key)} for key, label in template.fields.items()]


def _value(data: Mapping[str, Any], key: str) -> str:
    field = data.get(key)
    value = str(field.get("value") or "") if isinstance(field, dict) else ""
    kind = _KEYWORD.fullmatch(key)
    longest = _LONGEST.get(kind[1]) if kind else None
    if not value or (longest is not None and len(value) > longest):
        raise ApiError(47003, f"argument invalid! data.{key}.value invalid")
    return value


def _sent_before(platform: Platform, resident: Resident, client_id: object) -> int | None:
    now = platform.clock.now()
    return next((n for known, n, at in resident.notices if known == client_id and now - at < _SAME_NOTICE), None)


def _link(data: Mapping[str, Any]) -> str:
    return str(data.get("url") or data.get("page") or "")


APIS = {
    "/cgi-bin/message/template/send": Api(method="POST", handle=_template_send),
    "/cgi-bin/message/subscribe/bizsend": Api(method="POST", handle=_bizsend),
}
