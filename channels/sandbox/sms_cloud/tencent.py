"""Tencent Cloud's API of text messages (2021-01-11) as far as a bot uses it, and the bodies of its callbacks."""

import json
import re
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from channels.sandbox.sms_cloud.cloud import CLOUD, Cloud
from channels.sandbox.sms_cloud.errors import Refused
from channels.sandbox.sms_cloud.pusher import RECEIPTS
from channels.sandbox.sms_cloud.settings import CloudTemplate
from channels.sandbox.sms_cloud.tencent_auth import check_call
from channels.sandbox.sms_cloud.texts import MOST_CHARACTERS, charged, holds_link, whole_text

VERSION = "2021-01-11"
_MOST_NUMBERS = 200
_LONGEST_SESSION = 512
_NUMBER = re.compile(r"(?:\+86|0086|86)?(1[3-9]\d{9})|\+(?!86)\d{7,15}")
_MOST_TEMPLATES = 100


async def answer(request: web.Request, body: bytes) -> web.Response:
    """Carry out a call of the API; whatever comes of it is HTTP 200."""
    cloud = request.app[CLOUD]
    try:
        values = await _carried_out(request, cloud, body)
    except Refused as refused:
        values = {"Error": {"Code": refused.code, "Message": refused.words}}
    return as_json({"Response": {**values, "RequestId": f"RID-{cloud.number()}"}})


def as_json(values: dict[str, Any]) -> web.Response:
    """As the cloud writes it: with a charset behind the type its own client would look for no error in it."""
    return web.Response(body=json.dumps(values).encode(), headers={"Content-Type": "application/json"})


async def _carried_out(request: web.Request, cloud: Cloud, body: bytes) -> dict[str, Any]:
    check_call(request, body, key_id=cloud.settings.key_id, secret=cloud.settings.secret, now=cloud.clock.now())
    if request.headers.get("X-TC-Version") != VERSION:
        raise Refused("NoSuchVersion")
    try:
        values = json.loads(body)
    except ValueError:
        raise Refused("InvalidParameter") from None
    if not isinstance(values, dict):
        raise Refused("InvalidParameter")
    match request.headers.get("X-TC-Action"):
        case "SendSms":
            return await _send(cloud, values)
        case "DescribeSmsTemplateList":
            return _templates(cloud, values)
        case _:
            raise Refused("InvalidAction")


def _templates(cloud: Cloud, values: dict[str, Any]) -> dict[str, Any]:
    asked = values.get("TemplateIdSet") or [int(each.id) for each in cloud.settings.templates]
    if not isinstance(asked, list) or len(asked) > _MOST_TEMPLATES or not all(isinstance(id_, int) for id_ in asked):
        raise Refused("InvalidParameter")
    found = [each for each in cloud.settings.templates if int(each.id) in asked]
    told = [
        {"TemplateId": int(each.id), "TemplateContent": each.text, "StatusCode": 0 if each.approved else 1}
        for each in found
    ]
    return {"DescribeTemplateStatusSet": told}


async def _send(cloud: Cloud, values: dict[str, Any]) -> dict[str, Any]:
    numbers, session = values.get("PhoneNumberSet"), str(values.get("SessionContext", ""))
    if not isinstance(numbers, list) or not numbers:
        raise Refused("MissingParameter.EmptyPhoneNumberSet")
    if len(numbers) > _MOST_NUMBERS:
        raise Refused("LimitExceeded.PhoneNumberCountLimit")
    if values.get("SmsSdkAppId") != cloud.settings.sdk_app_id:
        raise Refused("UnauthorizedOperation.SmsSdkAppIdVerifyFail")
    if len(session.encode()) >= _LONGEST_SESSION:
        raise Refused("InvalidParameterValue")
    return {"SendStatusSet": [await _sent(cloud, str(each), session, values) for each in numbers]}


async def _sent(cloud: Cloud, number: str, session: str, values: dict[str, Any]) -> dict[str, Any]:
    """The status of one number; what is wrong with it stands there, and the call is answered all the same."""
    told = {"PhoneNumber": number, "SessionContext": session, "IsoCode": "CN"}
    try:
        text = _text(cloud, values)
        plain = _plain(number)
        _count(cloud, plain)
    except Refused as refused:
        return {**told, "SerialNo": "", "Fee": 0, "Code": refused.code, "Message": refused.words}
    serial = f"5000:{cloud.number()}"
    await _taken(cloud, plain, text, serial=serial, session=session)
    return {**told, "SerialNo": serial, "Fee": charged(text), "Code": "Ok", "Message": "send success"}


def _text(cloud: Cloud, values: dict[str, Any]) -> str:
    if values.get("SignName") != cloud.settings.sign:
        raise Refused("FailedOperation.SignatureIncorrectOrUnapproved")
    template = cloud.settings.template(values.get("TemplateId"))
    if template is None:
        raise Refused("FailedOperation.TemplateIncorrectOrUnapproved")
    given = values.get("TemplateParamSet") or []
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise Refused("InvalidParameterValue.TemplateParameterFormatError")
    text = whole_text(cloud.settings.sign, template, _variables(cloud, template, given))
    if len(text) > MOST_CHARACTERS:
        raise Refused("InvalidParameterValue.ContentLengthLimit")
    return text


def _variables(cloud: Cloud, template: CloudTemplate, given: list[str]) -> dict[str, str]:
    if len(given) != len(template.variables):
        raise Refused("FailedOperation.TemplateParamSetNotMatchApprovedTemplate")
    if any(len(each) > cloud.settings.variable_limit for each in given):
        raise Refused("InvalidParameterValue.TemplateParameterLengthLimit")
    if any(holds_link(each) for each in given):
        raise Refused("InvalidParameterValue.ProhibitedUseUrlInTemplateParameter")
    return dict(zip(template.variables, given, strict=True))


def _plain(number: str) -> str:
    found = _NUMBER.fullmatch(number)
    if found is None:
        raise Refused("InvalidParameterValue.IncorrectPhoneNumber")
    return found[1] or number.removeprefix("+")


def _count(cloud: Cloud, number: str) -> None:
    if cloud.blocked.get(number) == "BLACKLIST":
        raise Refused("FailedOperation.PhoneNumberInBlacklist")
    met = cloud.ledger.submit(number, cloud.clock.now())
    if met is not None:
        raise Refused(f"LimitExceeded.{met.name}")


async def _taken(cloud: Cloud, number: str, text: str, *, serial: str, session: str) -> None:
    failed = cloud.blocked.get(number, "")
    if not failed:
        cloud.show(number, text, by="office")
    await cloud.report(
        {
            "user_receive_time": cloud.local_time(),
            "nationcode": "86",
            "mobile": number,
            "report_status": "FAIL" if failed else "SUCCESS",
            "errmsg": failed or "DELIVRD",
            "description": "用户短信接收失败" if failed else "用户短信送达成功",
            "sid": serial,
            "ext": session,
        }
    )


def text_of(cloud: Cloud, phone: str, text: str) -> dict[str, Any]:
    """What a resident writes, as the callback of replies brings it: nothing numbers it."""
    return {
        "extend": "",
        "mobile": phone,
        "nationcode": "86",
        "sign": cloud.settings.sign,
        "text": text,
        "time": int(cloud.clock.now().timestamp()),
    }


def wrapped(kind: str, values: Sequence[dict[str, Any]]) -> Sequence[Any]:
    """Reports in one array; texts one by one."""
    return [list(values)] if kind == RECEIPTS else list(values)


def acknowledged(said: dict[str, Any]) -> bool:
    """Whether the bot says that it has it."""
    return said.get("result") == 0
