"""Aliyun: notices out by approved templates, texts (SmsUp) and receipts (SmsReport) in by callbacks."""

import json
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from channels.base import WebhookRequest
from channels.checked_settings import Secret, WebAddress
from channels.errors import Malformed, NotThere, RecipientGone
from channels.gates import Gates
from channels.messages import ReceiptState, Sent
from channels.sms.aliyun_client import AliyunClient
from channels.sms.aliyun_doctor import problems
from channels.sms.callbacks import KeyedSettings, verify
from channels.sms.cloud_callbacks import (
    Item,
    acknowledgement,
    items_of,
    made_up_id,
    moment,
    our_id,
    read_each,
    short_code,
    their_id,
    words,
)
from channels.sms.gateway import Gateway, IncomingText, OutgoingText, Received, Report, Surroundings, TakeReceived
from channels.sms.settings import KeyId, Signature
from channels.sms.templates import NamedTemplates, filled, template_for

USUAL_LIMIT = 35
"""Characters of a variable, unless the provider lifted it for this account."""
ACKNOWLEDGED = acknowledgement(code=0, msg="接收成功")


class Settings(KeyedSettings):
    """``templates``: by the kind of notice; "reply" answers whoever writes. ``extend_code``: added to the number."""

    sign: Signature
    access_key_id: KeyId
    access_key_secret: Secret
    api_base: WebAddress = "https://dysmsapi.aliyuncs.com"
    templates: NamedTemplates = Field(default_factory=dict)
    extend_code: Annotated[str, Field(pattern=r"^[0-9]{0,10}$")] = ""
    rest_seconds: Annotated[float, Field(ge=0, le=3600)] = 60


def make_gateway(settings: Settings, surroundings: Surroundings) -> Gateway:
    """The gateway of one account."""
    return AliyunGateway(settings, surroundings)


class AliyunGateway:
    """One access key and one signature."""

    free_text = False

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self._settings = settings
        tools = surroundings.tools
        gates = Gates(tools.clock, rest_seconds=settings.rest_seconds)
        self._client = AliyunClient(
            settings, tools.http, clock=tools.clock, gates=gates, nonce=lambda: uuid.uuid4().hex
        )

    @property
    def notices(self) -> frozenset[str]:
        return frozenset(self._settings.templates)

    def receive(self, request: WebhookRequest) -> Received:
        verify(request, self._settings)
        match request.path.strip("/"):
            case "texts":
                return Received(texts=read_each(items_of(request), _text_at(request.received_at)), answer=ACKNOWLEDGED)
            case "receipts":
                reports = read_each(items_of(request), _report_at(request.received_at))
                return Received(reports=reports, answer=ACKNOWLEDGED)
            case _:
                raise NotThere("nothing is at this address")

    async def send(self, message: OutgoingText) -> Sent:
        template = template_for(message, self._settings.templates)
        limit = template.limit or USUAL_LIMIT
        variables = {name: filled(fact, message, limit=limit) for name, fact in template.fields.items()}
        query = {
            "PhoneNumbers": _dialled(message.to),
            "SignName": self._settings.sign,
            "TemplateCode": template.id,
            "TemplateParam": json.dumps(variables, ensure_ascii=False) if variables else "",
            "OutId": message.id,
            "SmsUpExtendCode": self._settings.extend_code,
        }
        given = {name: value for name, value in query.items() if value}
        return Sent(provider_id=await self._client.send(given))

    async def run(self, take: TakeReceived) -> None:
        """Nothing: everything comes by webhook."""

    async def check(self) -> Sequence[str]:
        return await problems(self._client, self._settings.templates)

    def secrets(self) -> tuple[str, ...]:
        return (self._settings.access_key_secret.get_secret_value(), self._settings.webhook_key.get_secret_value())

    async def aclose(self) -> None:
        """Nothing is held open here."""


def _dialled(number: str) -> str:
    """Eleven digits at home; abroad the country's code and the number, without plus or zeros."""
    digits = number.removeprefix("00")
    if not digits.isdecimal():
        raise RecipientGone("no number", provider_code="no_number")
    return digits


def _text_at(received_at: datetime) -> Callable[[Item], IncomingText]:
    def read(item: Item) -> IncomingText:
        sender, text, sent_at = words(item, "phone_number"), words(item, "content"), words(item, "send_time")
        if not sender:
            raise Malformed("no sender")
        return IncomingText(
            id=their_id(words(item, "sequence_id")) or made_up_id(sender, words(item, "dest_code"), sent_at, text),
            sender=sender,
            text=text,
            sent_at=moment(sent_at, received_at),
        )

    return read


def _report_at(received_at: datetime) -> Callable[[Item], Report]:
    def read(item: Item) -> Report:
        ours, theirs = our_id(words(item, "out_id")), their_id(words(item, "biz_id"))
        delivered = _said(item.get("success"))
        if not (ours or theirs) or delivered is None:
            raise Malformed("a receipt of nothing")
        return Report(
            state=ReceiptState.DELIVERED if delivered else ReceiptState.FAILED,
            message_id=ours,
            provider_id=theirs,
            reason="" if delivered else short_code(words(item, "err_code"), "undelivered"),
            at=moment(words(item, "report_time"), received_at),
        )

    return read


def _said(value: object) -> bool | None:
    """Yes or no, be it written as JSON's own or as a word."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None
