"""The Weibo account as a ``Channel``."""

import asyncio
from collections.abc import Sequence

from channels.base import Arrival, Capabilities, Fetched, Take, Tools, WebhookRequest, WebhookResponse
from channels.errors import Malformed, NotForUs, NotThere, TooLarge, WayShut
from channels.messages import Media, Outbound, Sent, Via
from channels.weibo import check
from channels.weibo.client import WeiboApi
from channels.weibo.mentions import Mentions
from channels.weibo.parsing import read_inbound
from channels.weibo.publishing import Publisher
from channels.weibo.rendering import TEXT_LIMIT, rendered
from channels.weibo.replies import ACKNOWLEDGED, ReplyContext, context_of, passive_reply
from channels.weibo.sending import send_private, send_public
from channels.weibo.settings import WeiboSettings
from channels.weibo.signature import verify_freshness, verify_query
from channels.weibo.wire import number, read_object

LARGEST_BODY = 64 * 1024
ANSWER_WITHIN = 4.5
"""The platform cuts the connection after 5 s; half a second is for the way."""


class WeiboChannel:
    """One account of the fans service."""

    def __init__(self, account: str, settings: WeiboSettings, tools: Tools) -> None:
        self._account = account
        self._settings = settings
        self._clock = tools.clock
        self._secret = settings.app_secret.get_secret_value()
        self._api = WeiboApi(settings, tools)
        self._mentions = Mentions(account, settings, self._api, tools)
        self._publisher = Publisher(settings, self._api, tools)

    @property
    def name(self) -> str:
        return "weibo"

    @property
    def account(self) -> str:
        return self._account

    @property
    def capabilities(self) -> Capabilities:
        invites = self._settings.invites
        return Capabilities(
            passive=True,
            answer_within=ANSWER_WITHIN,
            ways=(Via.CUSTOMER_SERVICE, *((Via.PUBLIC,) if invites else ())),
            text_limit=TEXT_LIMIT,
            public_daily=invites,
        )

    def receive(self, request: WebhookRequest) -> Arrival:
        verify_query(request.query, self._secret)
        verify_freshness(request.query, now=request.received_at, max_skew=self._settings.max_skew_seconds)
        if len(request.body) > LARGEST_BODY:
            raise TooLarge
        if request.path.strip("/"):
            raise NotThere("nothing is below this address")
        match request.method.upper():
            case "GET":
                return Arrival(answer=_url_check(request))
            case "POST":
                return self._arrival(request)
            case _:
                raise Malformed("neither GET nor POST")

    def respond(self, arrival: Arrival, reply: Outbound | None) -> WebhookResponse:
        text = "" if reply is None else rendered(reply)
        if not text or not isinstance(arrival.context, ReplyContext):
            return ACKNOWLEDGED
        return passive_reply(arrival.context, text)

    async def send(self, message: Outbound) -> Sent:
        match message.via:
            case Via.CUSTOMER_SERVICE:
                return await send_private(self._api, message, now=self._clock())
            case Via.PUBLIC:
                return await send_public(self._api, message, rip=self._settings.rip, now=self._clock())
            case _:
                raise WayShut(f"no way of this channel: {message.via}")

    async def fetch(self, media: Media) -> Fetched:
        """As ``channels.base.FetchesMedia``."""
        return await self._api.fetch(media.id)

    async def run(self, take: Take) -> None:
        """Read mentions and comments where somebody may be invited; watch the token's end."""
        watching = asyncio.create_task(check.watch_token(self._api, self._settings))
        try:
            await (self._mentions.run(take) if self._settings.invites else watching)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    def unpublishable(self, text: str) -> Sequence[str]:
        """As ``channels.base.Publishes``."""
        return self._publisher.unpublishable(text)

    async def publish(self, text: str) -> Sent:
        """As ``channels.base.Publishes``."""
        return await self._publisher.publish(text)

    def secrets(self) -> tuple[str, ...]:
        return self._secret, self._settings.access_token.get_secret_value()

    async def check(self) -> Sequence[str]:
        return await check.faults(self._api, self._settings)

    async def aclose(self) -> None:
        """Nothing is held open."""

    def _arrival(self, request: WebhookRequest) -> Arrival:
        fields = read_object(request.body)
        if number(fields, "receiver_id") != self._settings.uid:
            raise NotForUs("another receiver_id")
        inbound = read_inbound(fields, account=self._account, received_at=request.received_at)
        return Arrival(messages=[inbound], context=context_of(fields))


def _url_check(request: WebhookRequest) -> WebhookResponse:
    echo = request.query.get("echostr")
    if echo is None:
        raise Malformed("no echostr")
    return WebhookResponse(body=echo.encode("utf-8", "replace"))
