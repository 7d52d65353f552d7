"""Kannel: texts in by its ``get-url`` or ``post-url``, receipts by each text's ``dlr-url``, texts out by sendsms."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import quote

from pydantic import Field

from channels.base import WebhookRequest
from channels.checked_settings import Secret, WebAddress
from channels.errors import Malformed, NotThere
from channels.messages import ReceiptState, Sent
from channels.sms.callbacks import KeyedSettings, verify
from channels.sms.gateway import Gateway, IncomingText, OutgoingText, Received, Report, Surroundings, TakeReceived
from channels.sms.kannel_client import KannelClient
from channels.sms.kannel_request import Call, read_call
from channels.sms.text import Alphabet, aligned, alphabet_of
from channels.sms.udh import part_of

DELIVERED, FAILED, REJECTED = 1, 2, 16
DLR_MASK = DELIVERED | FAILED | REJECTED
"""Of the five reports Kannel knows, those that end a text. "Buffered" (4) and "taken by the SMSC" (8) end nothing."""
_BINARY = "1"
_LONGEST_ID = 128
_CLOCKS_APART = timedelta(days=7)
_REASON = re.compile(
    r"\bstat:(?P<stat>[A-Z]{1,10})\b(?:.*?\berr:(?P<err>[0-9A-Za-z]{1,6})\b)?|^NACK/(?P<nack>\w{1,12})"
)


class Settings(KeyedSettings):
    """``sendsms_url``: Kannel's smsbox. ``number``: what a text comes from."""

    number: Annotated[str, Field(pattern=r"^\+?[0-9]{1,20}$")]
    sendsms_url: WebAddress
    username: Annotated[str, Field(min_length=1)]
    password: Secret


def make_gateway(settings: Settings, surroundings: Surroundings) -> Gateway:
    """The gateway of one account."""
    return KannelGateway(settings, surroundings)


class KannelGateway:
    """One user of one Kannel."""

    free_text = True
    notices: frozenset[str] = frozenset()

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._callback_url = surroundings.callback_url
        self._client = KannelClient(settings, surroundings.tools.http)

    def receive(self, request: WebhookRequest) -> Received:
        verify(request, self._settings)
        if request.method.upper() not in {"GET", "POST"}:
            raise Malformed("neither GET nor POST")
        match request.path.strip("/"):
            case "":
                return Received(texts=[_text(read_call(request), request.received_at)])
            case "receipts":
                return Received(reports=_reports(read_call(request)))
            case _:
                raise NotThere("nothing is below this address")

    async def send(self, message: OutgoingText) -> Sent:
        latin = alphabet_of(message.text) is Alphabet.GSM7
        await self._client.send(
            {
                "From": self._settings.number,
                "To": message.to,
                # Without it, and the charset of the body, Kannel writes question marks.
                "Coding": "0" if latin else "2",
                **self._receipt_wanted(message.id),
            },
            aligned(message.text),
        )
        # Kannel gives no number of its own; receipts come back with ours.
        return Sent()

    def _receipt_wanted(self, message_id: str) -> dict[str, str]:
        if not self._callback_url:
            return {}
        # Kannel fills in % codes in this address, and two of them stand for one that is meant.
        base = self._callback_url.replace("%", "%%")
        key = self._settings.webhook_key.get_secret_value()
        ours = quote(message_id, safe="").replace("%", "%%")
        return {
            "DLR-Mask": str(DLR_MASK),
            "DLR-Url": f"{base}/receipts?key={key}&id={ours}&type=%d&answer=%A",
        }

    async def run(self, take: TakeReceived) -> None:
        """Nothing: everything comes by webhook."""

    async def check(self) -> Sequence[str]:
        return await self._client.check()

    def secrets(self) -> tuple[str, ...]:
        return (self._settings.password.get_secret_value(), self._settings.webhook_key.get_secret_value())

    async def aclose(self) -> None:
        """Nothing is held open here."""


def _text(call: Call, received_at: datetime) -> IncomingText:
    sender = call.value("from")
    if not sender:
        raise Malformed("no sender")
    sent_at = _moment(call.value("time"), received_at)
    return IncomingText(
        id=call.value("id")[:_LONGEST_ID] or _made_up_id(call),
        sender=sender,
        text=call.text,
        sent_at=sent_at,
        readable=call.value("coding") != _BINARY,
        part=part_of(call.header),
    )


def _made_up_id(call: Call) -> str:
    """Where %I is not among what is told: repeats are still known by everything else."""
    told = (call.value("from"), call.value("to"), call.value("time"), call.text)
    return hashlib.sha256("\0".join(told).encode("utf-8", "replace")).hexdigest()


def _moment(seconds: str, received_at: datetime) -> datetime | None:
    """%T, in seconds since 1970; what lies far from now is no moment at which somebody wrote this."""
    if not re.fullmatch(r"[0-9]{1,11}", seconds):
        return None
    moment = datetime.fromtimestamp(int(seconds), UTC)
    return moment if abs(moment - received_at) < _CLOCKS_APART else None


def _reports(call: Call) -> Sequence[Report]:
    kind, ours = call.value("type"), call.value("id")
    if not re.fullmatch(r"[0-9]{1,3}", kind):
        raise Malformed("no type of a receipt")
    if not re.fullmatch(r"[0-9A-Za-z._~-]{1,64}", ours):
        raise Malformed("no id of ours")
    match int(kind):
        case 1:
            return [Report(state=ReceiptState.DELIVERED, message_id=ours)]
        case 2 | 16:
            reason = _reason(call.value("answer"), "undelivered" if int(kind) == FAILED else "rejected")
            return [Report(state=ReceiptState.FAILED, message_id=ours, reason=reason)]
        case _:
            return []


def _reason(answer: str, otherwise: str) -> str:
    """The code in what the SMSC answered; never the rest, which quotes the beginning of the text."""
    found = _REASON.search(answer[:1000])
    if found is None:
        return otherwise
    return " ".join(filter(None, (found["stat"], found["err"], found["nack"])))
