"""Text messages as a ``Channel``: what all gateways have in common lies here."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from channels.base import (
    Arrival,
    Capabilities,
    Clock,
    HoldsLink,
    LinkState,
    Take,
    WebhookRequest,
    WebhookResponse,
)
from channels.errors import Malformed, PayloadRejected, RecipientGone, TooLarge, WayShut
from channels.messages import Address, Inbound, Kind, MessagePart, Outbound, Receipt, Sent, Via
from channels.sms.gateway import Gateway, IncomingText, OutgoingText, Part, Received, Report
from channels.sms.numbers import NotANumber, canonical
from channels.sms.rendering import rendered
from channels.sms.settings import SmsSettings
from channels.sms.text import room, segments, signed

LARGEST_BODY = 120 * 1024
"""Some 400 reports of a cloud, or a text of 40,000 Chinese characters; the web server takes 128 KiB."""
LONGEST_QUERY = 32 * 1024
MESSAGES_OF_ONE_TEXT = 2
_LONGEST_REASON = 64


class SmsChannel:
    """One account at one gateway."""

    def __init__(self, account: str, settings: SmsSettings, gateway: Gateway, *, clock: Clock) -> None:
        self._account = account
        self._sign = settings.sign
        self._limits = settings.limits.by_purpose()
        self._gateway = gateway
        self._clock = clock

    @property
    def name(self) -> str:
        return "sms"

    @property
    def account(self) -> str:
        return self._account

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            passive=False,
            answer_within=0,
            ways=(Via.SMS,),
            text_limit=room(self._sign, messages=MESSAGES_OF_ONE_TEXT),
            text_unit="utf16",
            notices=self._gateway.notices,
            free_text=self._gateway.free_text,
            segments=self.segments,
            signed=self.signed,
            limits=self._limits,
        )

    def segments(self, text: str) -> int:
        """What ``text`` costs with the signature."""
        return segments(signed(text, self._sign))

    def signed(self, text: str) -> str:
        """``text`` as it appears on the phone."""
        return signed(text, self._sign)

    def receive(self, request: WebhookRequest) -> Arrival:
        if len(request.body) > LARGEST_BODY or len(request.query_string) > LONGEST_QUERY:
            raise TooLarge
        return self._arrival(self._gateway.receive(request), request.received_at)

    def respond(self, arrival: Arrival, reply: Outbound | None) -> WebhookResponse:  # noqa: ARG002 - no passive reply
        return arrival.context if isinstance(arrival.context, WebhookResponse) else WebhookResponse()

    async def send(self, message: Outbound) -> Sent:
        if message.via is not Via.SMS:
            raise WayShut(f"no way of this channel: {message.via}")
        body = rendered(message, sign=self._sign)
        if not body:
            raise PayloadRejected("nothing to say")
        return await self._gateway.send(
            OutgoingText(
                id=message.id,
                to=_reachable(message.address.sender),
                text=signed(body, self._sign),
                body=body,
                notice=message.notice,
                fields=message.fields,
            )
        )

    async def run(self, take: Take) -> None:
        async def taken(received: Received) -> None:
            try:
                arrival = self._arrival(received, self._clock())
            except Malformed as error:
                # It will never be of use; not acknowledged, it would be brought for ever.
                structlog.get_logger().warning("sms.of_no_use", error=error.code)
                return
            await take(arrival)

        await self._gateway.run(taken)

    @property
    def link(self) -> LinkState | None:
        """As ``channels.base.HoldsLink``; None for a gateway whose texts come by webhook."""
        return self._gateway.link if isinstance(self._gateway, HoldsLink) else None

    def secrets(self) -> tuple[str, ...]:
        return self._gateway.secrets()

    async def check(self) -> Sequence[str]:
        return await self._gateway.check()

    async def aclose(self) -> None:
        await self._gateway.aclose()

    def _arrival(self, received: Received, at: datetime) -> Arrival:
        texts = [text for text in received.texts if _is_from_somebody(text)]
        if received.texts and not texts and not received.reports:
            raise Malformed("no sender that could be answered")
        return Arrival(
            messages=tuple(self._inbound(text, at) for text in texts if not text.part),
            parts=tuple(self._part(text, text.part, at) for text in texts if text.part),
            receipts=tuple(self._receipt(report, at) for report in received.reports),
            context=received.answer,
        )

    def _part(self, text: IncomingText, part: Part, at: datetime) -> MessagePart:
        # Half a surrogate pair may stand where the sender's phone cut; it finds its other half when all is joined.
        inbound = replace(self._inbound(text, at), text=text.text)
        return MessagePart(inbound=inbound, reference=str(part.reference), number=part.number, total=part.total)

    def _inbound(self, text: IncomingText, at: datetime) -> Inbound:
        return Inbound(
            address=Address(channel=self.name, account=self._account, sender=canonical(text.sender)),
            message_id=text.id,
            kind=Kind.TEXT if text.readable else Kind.UNKNOWN,
            sent_at=text.sent_at or at,
            received_at=at,
            # What cannot be written as UTF-8 (half a surrogate pair) cannot be kept.
            text=text.text.encode("utf-8", "replace").decode(),
        )

    def _receipt(self, report: Report, at: datetime) -> Receipt:
        return Receipt(
            channel=self.name,
            account=self._account,
            state=report.state,
            at=report.at or at,
            provider_id=report.provider_id,
            message_id=report.message_id,
            reason=report.reason[:_LONGEST_REASON],
        )


def _is_from_somebody(text: IncomingText) -> bool:
    try:
        return bool(canonical(text.sender))
    except NotANumber:
        return False


def _reachable(sender: str) -> str:
    try:
        return canonical(sender)
    except NotANumber:
        raise RecipientGone("no number") from None
