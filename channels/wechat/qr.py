"""QR codes of the account that tell where they hang: made without end, and their picture fetched."""

from urllib.parse import urlencode

from channels.base import Fetched
from channels.errors import Busy, OutcomeUnknown
from channels.media_types import sniffed
from channels.wechat.client import WeChatApi
from channels.wechat.settings import WeChatSettings

QR_CREATE = "/cgi-bin/qrcode/create"
QR_SHOW = "/cgi-bin/showqrcode"
_LARGEST_PICTURE = 1024 * 1024
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif"})


class WeChatCodes:
    """The QR codes of one account."""

    def __init__(self, api: WeChatApi, settings: WeChatSettings) -> None:
        self._api = api
        self._settings = settings

    async def make(self, scene: str) -> Fetched:
        """The picture of the lasting code of ``scene``; the same scene again gives the same code.

        Raises:
            SendFailed: one of its branches, never OutcomeUnknown.
        """
        wanted = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
        try:
            data = await self._api.call(QR_CREATE, wanted, person="")
            ticket = data.get("ticket")
            if not isinstance(ticket, str) or not ticket:
                raise Busy("the answer holds no ticket")
            return await self._picture(ticket)
        except OutcomeUnknown as error:
            raise Busy(error.detail, provider_code=error.provider_code) from None

    async def _picture(self, ticket: str) -> Fetched:
        address = f"{self._settings.qr_base}{QR_SHOW}?{urlencode({'ticket': ticket})}"
        answer = await self._api.transport.download_from(
            address, seconds=self._settings.media_seconds, most=_LARGEST_PICTURE
        )
        type_ = sniffed(answer.content or b"")
        if not answer.content or type_ not in _PICTURES:
            raise Busy("what came is no picture: look at qr_base")
        return Fetched(content=answer.content, type=type_)
