"""The WeChat official account as a ``Channel``."""

import asyncio
from collections.abc import Mapping, Sequence

from channels.base import Arrival, Capabilities, Fetched, Take, Tools, WebhookRequest, WebhookResponse
from channels.errors import Busy, Malformed, NotThere, OutcomeUnknown, PayloadRejected, TooLarge, WayShut
from channels.messages import Media, Outbound, Sent, Via
from channels.wechat import check
from channels.wechat.client import WeChatApi
from channels.wechat.codec import MessageCipher, Opened, open_body
from channels.wechat.media import LIMITS, Uploaded, UploadKind, WeChatMedia
from channels.wechat.menu import WeChatMenu
from channels.wechat.parsing import read_inbound, sent_at
from channels.wechat.qr import WeChatCodes
from channels.wechat.receipts import is_report, read_receipts
from channels.wechat.rendering import TEXT_LIMIT, rendered
from channels.wechat.replies import ACKNOWLEDGED, ReplyContext, context_of, passive_reply
from channels.wechat.settings import Template, WeChatSettings, key_bytes
from channels.wechat.signature import verify_freshness, verify_query
from channels.wechat.tags import WeChatTags
from channels.wechat.templates import template_data

LARGEST_BODY = 64 * 1024
ANSWER_WITHIN = 4.5
"""The platform cuts the connection after 5 s; half a second is for the way."""
UPLOAD_SECONDS = 15.0
"""How long a picture of ours may take to the platform: whoever sends it waits for upload and sending together."""

CUSTOM_SEND = "/cgi-bin/message/custom/send"
TEMPLATE_SEND = "/cgi-bin/message/template/send"
SUBSCRIBE_SEND = "/cgi-bin/message/subscribe/bizsend"
MASS_SEND = "/cgi-bin/message/mass/send"
_LEAST_OF_MANY = 2


class WeChatChannel:
    """One official account."""

    def __init__(self, account: str, settings: WeChatSettings, tools: Tools) -> None:
        self._account = account
        self._settings = settings
        self._clock = tools.clock
        self._token = settings.token.get_secret_value()
        self._ciphers = [MessageCipher(settings.app_id, key) for key in key_bytes(settings)]
        self._api = WeChatApi(settings, tools)
        self._media = WeChatMedia(self._api, settings, tools.clock)
        self.menu = WeChatMenu(self._api)
        self.codes = WeChatCodes(self._api, settings)
        self._capabilities = _capabilities(settings)
        self.tags = WeChatTags(self._api)

    @property
    def name(self) -> str:
        return "wechat"

    @property
    def account(self) -> str:
        return self._account

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def receive(self, request: WebhookRequest) -> Arrival:
        verify_query(request.query, self._token)
        verify_freshness(request.query, now=request.received_at, max_skew=self._settings.max_skew_seconds)
        if len(request.body) > LARGEST_BODY:
            raise TooLarge
        if request.path.strip("/"):
            raise NotThere("nothing is below this address")
        match request.method.upper():
            case "GET":
                return Arrival(answer=_url_check(request))
            case "POST":
                return self._arrival(request, self._opened(request))
            case _:
                raise Malformed("neither GET nor POST")

    def respond(self, arrival: Arrival, reply: Outbound | None) -> WebhookResponse:
        text = "" if reply is None else rendered(reply, tap_links=self._settings.tap_links)
        if not text or not isinstance(arrival.context, ReplyContext):
            return ACKNOWLEDGED
        return passive_reply(arrival.context, text, token=self._token, now=self._clock())

    async def send(self, message: Outbound) -> Sent:
        match message.via:
            case Via.CUSTOMER_SERVICE:
                return await self._call(CUSTOM_SEND, message, self._text_payload(message))
            case Via.TEMPLATE:
                template = _template(self._settings.templates, message)
                return await self._call(TEMPLATE_SEND, message, self._template_payload(template, message))
            case Via.SUBSCRIBE:
                template = _template(self._settings.subscribe_templates, message)
                return await self._call(SUBSCRIBE_SEND, message, self._subscribe_payload(template, message))
            case _:
                raise WayShut(f"no way of this channel: {message.via}")

    async def send_media(self, message: Outbound, content: bytes) -> Sent:
        """As ``channels.base.SendsMedia``: a picture, given to the platform and sent by the id it gets there."""
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                uploaded = await self._media.upload(UploadKind.IMAGE, content)
        except TimeoutError:  # nobody was sent anything yet
            raise Busy("the upload took too long") from None
        payload = {"msgtype": "image", "image": {"media_id": uploaded.media_id}}
        return await self._call(CUSTOM_SEND, message, payload)

    async def send_to_many(self, text: str, people: Sequence[str], *, key: str) -> Sent:
        """As ``channels.base.SendsToMany``: by ``clientmsgid`` the platform drops what it took before."""
        if len(people) < _LEAST_OF_MANY:
            raise WayShut("a mass message takes two people at least")
        payload = {"touser": list(people), "msgtype": "text", "text": {"content": text}, "clientmsgid": key}
        try:
            data = await self._api.call(MASS_SEND, payload, person="")
        except OutcomeUnknown:
            data = await self._api.call(MASS_SEND, payload, person="")
        number = data.get("msg_id")
        return Sent(provider_id=str(number) if isinstance(number, str | int) else "")

    async def fetch(self, media: Media) -> Fetched:
        """As ``channels.base.FetchesMedia``."""
        return await self._media.fetch(media)

    async def upload(self, kind: UploadKind, content: bytes) -> Uploaded:
        """Give the platform a picture or the like of ours, to be sent within three days (``WeChatMedia.upload``)."""
        return await self._media.upload(kind, content)

    async def run(self, take: Take) -> None:
        """Nothing: everything comes by webhook."""

    def secrets(self) -> tuple[str, ...]:
        given = (self._settings.app_secret.get_secret_value(), self._token, *self._settings.aes_keys())
        return tuple(filter(None, (*given, self._api.tokens.held)))

    async def check(self) -> Sequence[str]:
        return await check.faults(self._api, self._settings)

    async def aclose(self) -> None:
        await self._api.tokens.aclose()

    def _opened(self, request: WebhookRequest) -> Opened:
        return open_body(
            request.body,
            request.query,
            token=self._token,
            ciphers=self._ciphers,
            least=self._settings.mode,
        )

    def _arrival(self, request: WebhookRequest, opened: Opened) -> Arrival:
        at = request.received_at
        if is_report(opened.fields):
            reported = sent_at(opened.fields, at)
            return Arrival(receipts=read_receipts(opened.fields, account=self._account, at=reported))
        inbound = read_inbound(opened.fields, text=opened.text, account=self._account, received_at=at)
        return Arrival(messages=[inbound], context=context_of(opened))

    async def _call(self, api: str, message: Outbound, payload: Mapping[str, object]) -> Sent:
        person = message.address.sender
        data = await self._api.call(api, {"touser": person, **payload}, person=person)
        number = data.get("msgid")
        return Sent(provider_id=str(number) if isinstance(number, str | int) else "")

    def _text_payload(self, message: Outbound) -> Mapping[str, object]:
        text = rendered(message, tap_links=self._settings.tap_links)
        if not text:
            raise PayloadRejected("nothing to say")
        return {"msgtype": "text", "text": {"content": text}}

    def _template_payload(self, template: Template, message: Outbound) -> Mapping[str, object]:
        # By client_msg_id the platform drops a repeat to the same person within ten minutes.
        payload: dict[str, object] = {"template_id": template.id, "client_msg_id": message.id}
        if message.url:
            payload["url"] = message.url
        return payload | {"data": template_data(template, message, now=self._clock())}

    def _subscribe_payload(self, template: Template, message: Outbound) -> Mapping[str, object]:
        payload: dict[str, object] = {"template_id": template.id}
        if message.url:
            payload["page"] = message.url
        return payload | {"data": template_data(template, message, now=self._clock())}


def _capabilities(settings: WeChatSettings) -> Capabilities:
    optional = ((Via.TEMPLATE, settings.templates), (Via.SUBSCRIBE, settings.subscribe_templates))
    return Capabilities(
        passive=True,
        answer_within=ANSWER_WITHIN,
        ways=(Via.CUSTOMER_SERVICE, *(via for via, templates in optional if templates)),
        text_limit=TEXT_LIMIT,
        text_unit="bytes",
        notices=frozenset(notice for _, templates in optional for notice in templates),
        subscriptions={notice: each.id for notice, each in settings.subscribe_templates.items()},
        media=dict.fromkeys(LIMITS[UploadKind.IMAGE].types, LIMITS[UploadKind.IMAGE].largest),
        mass_monthly=settings.mass_monthly,
    )


def _url_check(request: WebhookRequest) -> WebhookResponse:
    echo = request.query.get("echostr")
    if echo is None:
        raise Malformed("no echostr")
    return WebhookResponse(body=echo.encode("utf-8", "replace"))


def _template(templates: Mapping[str, Template], message: Outbound) -> Template:
    template = templates.get(message.notice)
    if template is None:
        raise WayShut(f"the settings name no template for this notice: {message.notice}")
    return template
