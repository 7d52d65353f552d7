"""Tencent Cloud: notices out by approved templates, texts and receipts in by callbacks."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from channels.base import WebhookRequest
from channels.checked_settings import Secret, WebAddress
from channels.errors import Malformed, NotThere, RecipientGone
from channels.gates import Gates
from channels.messages import ReceiptState, Sent
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
from channels.sms.numbers import international
from channels.sms.settings import KeyId, Signature, spelled
from channels.sms.templates import NumberedTemplates, filled, template_for
from channels.sms.tencent_client import TencentClient
from channels.sms.tencent_doctor import problems

USUAL_LIMIT = 32
"""Characters of a variable where ``limit`` says nothing: offices may send more, accounts of one person only 12."""
ACKNOWLEDGED = acknowledgement(result=0, errmsg="OK")
_STATES = {"SUCCESS": ReceiptState.DELIVERED, "FAIL": ReceiptState.FAILED}


class Settings(KeyedSettings):
    """``templates``: by the kind of notice; "reply" answers whoever writes. ``extend_code``: added to the number."""

    sign: Signature
    secret_id: KeyId
    secret_key: Secret
    sdk_app_id: Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
    region: Annotated[str, spelled(r"[a-z0-9-]{1,40}", "应为腾讯云的地域，如 ap-guangzhou")] = "ap-guangzhou"
    api_base: WebAddress = "https://sms.tencentcloudapi.com"
    templates: NumberedTemplates = Field(default_factory=dict)
    extend_code: Annotated[str, Field(pattern=r"^[0-9]{0,10}$")] = ""
    rest_seconds: Annotated[float, Field(ge=0, le=3600)] = 60


def make_gateway(settings: Settings, surroundings: Surroundings) -> Gateway:
    """The gateway of one account."""
    return TencentGateway(settings, surroundings)


class TencentGateway:
    """One secret, one application and one signature."""

    free_text = False

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self._settings = settings
        tools = surroundings.tools
        gates = Gates(tools.clock, rest_seconds=settings.rest_seconds)
        self._client = TencentClient(settings, tools.http, clock=tools.clock, gates=gates)

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
        values = {
            "PhoneNumberSet": [_dialled(message.to)],
            "SmsSdkAppId": self._settings.sdk_app_id,
            "SignName": self._settings.sign,
            "TemplateId": template.id,
            "TemplateParamSet": [filled(fact, message, limit=limit) for fact in template.fields],
            "SessionContext": message.id,
        }
        if self._settings.extend_code:
            values["ExtendCode"] = self._settings.extend_code
        return Sent(provider_id=await self._client.send(values))

    async def run(self, take: TakeReceived) -> None:
        """Nothing: everything comes by webhook."""

    async def check(self) -> Sequence[str]:
        return await problems(self._client, self._settings.templates)

    def secrets(self) -> tuple[str, ...]:
        return (self._settings.secret_key.get_secret_value(), self._settings.webhook_key.get_secret_value())

    async def aclose(self) -> None:
        """Nothing is held open here."""


def _dialled(number: str) -> str:
    dialled = international(number)
    if not dialled.startswith("+"):
        raise RecipientGone("no number", provider_code="no_number")
    return dialled


def _sender(item: Item) -> str:
    """The number with its country's code, which stands apart."""
    country, mobile = words(item, "nationcode").removeprefix("+"), words(item, "mobile")
    if not mobile:
        raise Malformed("no sender")
    return f"+{country}{mobile}" if country and not mobile.startswith(("+", "00")) else mobile


def _text_at(received_at: datetime) -> Callable[[Item], IncomingText]:
    def read(item: Item) -> IncomingText:
        sender, text, sent_at = _sender(item), words(item, "text"), words(item, "time")
        return IncomingText(
            id=made_up_id(sender, words(item, "extend"), sent_at, text),
            sender=sender,
            text=text,
            sent_at=moment(sent_at, received_at),
        )

    return read


def _report_at(received_at: datetime) -> Callable[[Item], Report]:
    def read(item: Item) -> Report:
        ours, theirs = our_id(words(item, "ext")), their_id(words(item, "sid"))
        state = _STATES.get(words(item, "report_status"))
        if not (ours or theirs) or state is None:
            raise Malformed("a receipt of nothing")
        failed = state is ReceiptState.FAILED
        return Report(
            state=state,
            message_id=ours,
            provider_id=theirs,
            reason=short_code(words(item, "errmsg"), "undelivered") if failed else "",
            at=moment(words(item, "user_receive_time"), received_at),
        )

    return read
