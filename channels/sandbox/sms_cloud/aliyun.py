"""Aliyun's API of text messages (2017-05-25) as far as a bot uses it, and the bodies of its callbacks."""

import json
import re
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from channels.sandbox.sms_cloud.aliyun_auth import check_call
from channels.sandbox.sms_cloud.cloud import CLOUD, Cloud
from channels.sandbox.sms_cloud.errors import Refused
from channels.sandbox.sms_cloud.settings import CloudTemplate
from channels.sandbox.sms_cloud.texts import MOST_CHARACTERS, holds_link, whole_text

VERSION = "2017-05-25"
_MOST_NUMBERS = 1000
_NUMBER = re.compile(r"(?:\+?86)?(1[3-9]\d{9})|\d{7,15}")
_OK = 200


async def answer(request: web.Request, body: bytes) -> web.Response:
    """Carry out a call of the API."""
    cloud = request.app[CLOUD]
    number = f"RID-{cloud.number()}"
    try:
        values = await _carried_out(request, cloud, body)
    except Refused as refused:
        values = {"Code": refused.code, "Message": refused.words}
        return web.json_response({**values, "RequestId": number}, status=refused.status)
    return web.json_response({"Code": "OK", "Message": "OK", **values, "RequestId": number})


async def _carried_out(request: web.Request, cloud: Cloud, body: bytes) -> dict[str, Any]:
    settings = cloud.settings
    check_call(
        request, body, key_id=settings.key_id, secret=settings.secret, now=cloud.clock.now(), nonces=cloud.nonces
    )
    if request.headers.get("x-acs-version") != VERSION:
        raise Refused("InvalidVersion")
    match request.headers.get("x-acs-action"):
        case "SendSms":
            return await _send(cloud, dict(request.query))
        case "GetSmsTemplate":
            return _template(cloud, request.query.get("TemplateCode", ""))
        case _:
            raise Refused("InvalidAction.NotFound", status=404)


def _template(cloud: Cloud, code: str) -> dict[str, Any]:
    found = next((each for each in cloud.settings.templates if each.id == code), None)
    if found is None:
        raise Refused("isv.SMS_TEMPLATE_ILLEGAL", "模板不合法(不存在或被拉黑)", status=_OK)
    return {"TemplateCode": code, "TemplateContent": found.text, "TemplateStatus": "1" if found.approved else "0"}


async def _send(cloud: Cloud, query: dict[str, str]) -> dict[str, Any]:
    for name in ("PhoneNumbers", "SignName", "TemplateCode"):
        if not query.get(name):
            raise Refused(f"Missing{name}", f"{name} is mandatory for this action.")
    numbers = [_plain(each) for each in query["PhoneNumbers"].split(",")]
    if len(numbers) > _MOST_NUMBERS:
        raise Refused("isv.MOBILE_COUNT_OVER_LIMIT", status=_OK)
    if query["SignName"] != cloud.settings.sign:
        raise Refused("isv.SMS_SIGNATURE_ILLEGAL", "该账号下找不到对应签名", status=_OK)
    template = cloud.settings.template(query["TemplateCode"])
    if template is None:
        raise Refused("isv.SMS_TEMPLATE_ILLEGAL", "该账号下找不到对应模板", status=_OK)
    text = whole_text(cloud.settings.sign, template, _values(cloud, template, query.get("TemplateParam", "")))
    if len(text) > MOST_CHARACTERS:
        raise Refused("isv.PARAM_LENGTH_LIMIT", status=_OK)
    for each in numbers:
        _count(cloud, f"{template.id}:{each}")
    return {"BizId": await _taken(cloud, numbers, text, query.get("OutId", ""))}


def _plain(number: str) -> str:
    found = _NUMBER.fullmatch(number)
    if found is None:
        raise Refused("isv.MOBILE_NUMBER_ILLEGAL", f"{number}invalid mobile number", status=_OK)
    return found[1] or number


def _values(cloud: Cloud, template: CloudTemplate, given: str) -> dict[str, str]:
    try:
        values = json.loads(given or "{}")
    except ValueError:
        raise Refused("isv.INVALID_JSON_PARAM", status=_OK) from None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise Refused("isv.INVALID_JSON_PARAM", status=_OK)
    if not all(values.get(name) for name in template.variables):
        raise Refused("isv.TEMPLATE_MISSING_PARAMETERS", status=_OK)
    if any(len(value) > cloud.settings.variable_limit for value in values.values()):
        raise Refused("isv.PARAM_LENGTH_LIMIT", status=_OK)
    if any(holds_link(value) for value in values.values()):
        raise Refused("isv.PARAM_NOT_SUPPORT_URL", status=_OK)
    return values


def _count(cloud: Cloud, key: str) -> None:
    met = cloud.ledger.submit(key, cloud.clock.now())
    if met is not None:
        raise Refused("isv.BUSINESS_LIMIT_CONTROL", f"触发{met.name}流控Permits:{met.most}", status=_OK)


async def _taken(cloud: Cloud, numbers: Sequence[str], text: str, out_id: str) -> str:
    biz_id = f"{cloud.number()}^0"
    for each in numbers:
        code = cloud.blocked.get(each, "DELIVERED")
        if code == "DELIVERED":
            cloud.show(each, text, by="office")
        now = cloud.local_time()
        await cloud.report(
            {
                "phone_number": each,
                "send_time": now,
                "report_time": now,
                "success": code == "DELIVERED",
                "err_code": code,
                "err_msg": "用户接收成功" if code == "DELIVERED" else "发送失败",
                "sms_size": "1",
                "biz_id": biz_id,
                "out_id": out_id,
            }
        )
    return biz_id


def text_of(cloud: Cloud, phone: str, text: str) -> dict[str, Any]:
    """What a resident writes, as SmsUp brings it."""
    return {
        "phone_number": phone,
        "content": text,
        "send_time": cloud.local_time(),
        "sign_name": cloud.settings.sign,
        "dest_code": "1069001",
        "sequence_id": cloud.number(),
    }


def wrapped(_: str, values: Sequence[dict[str, Any]]) -> Sequence[Any]:
    """All at once, in one array."""
    return [list(values)]


def acknowledged(said: dict[str, Any]) -> bool:
    """The console says that a number as ``code`` is all that is looked at."""
    return isinstance(said.get("code"), int | float) and not isinstance(said["code"], bool)
