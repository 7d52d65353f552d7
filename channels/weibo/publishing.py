"""Publishing a post (statuses/share), the only way that ordinary apps have."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from channels.base import Tools
from channels.errors import PayloadRejected
from channels.messages import Sent
from channels.weibo.client import WeiboApi
from channels.weibo.errcodes import is_same
from channels.weibo.rendering import PUBLIC_LIMIT, plain
from channels.weibo.settings import WeiboSettings
from channels.weibo.wire import number

SHARE = "/2/statuses/share.json"
# An address ends at what is no part of one: Chinese stands right behind it without a blank.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_TOPIC = re.compile(r"#[^#\s]+#")


class SaidBefore(PayloadRejected):
    """The platform knows these words: they stand there already, or something very like them."""

    code = "said_before"
    sentence = "平台说与已发的微博相同或太相似，没有再发；要再发请换个说法"


class Publisher:
    """Publishes in the name of one account."""

    def __init__(self, settings: WeiboSettings, api: WeiboApi, tools: Tools) -> None:
        self._settings = settings
        self._api = api
        self._domains = settings.safe_domains or _domain_of(tools.base_url)

    def unpublishable(self, text: str) -> Sequence[str]:
        """Why the platform would not take ``text``: a sentence each; empty where it would."""
        told = []
        if not self._settings.rip:
            told.append("设置里没有 rip（本机出口 IP），平台要求每条微博都带上")
        if not plain(text):
            told.append("没有内容")
        if len(plain(text)) > PUBLIC_LIMIT:
            told.append(f"共 {len(plain(text))} 字，最多 {PUBLIC_LIMIT} 字")
        if _TOPIC.search(_ADDRESS.sub("", text)):
            told.append("不能带 #话题#")
        if not self._domains:
            told.append("设置里没有 safe_domains（微博应用的安全域名）")
        elif not any(self._permitted(address) for address in _ADDRESS.findall(text)):
            told.append(f"要有一个安全域名下的网址：{'、'.join(self._domains)}")
        return told

    async def publish(self, text: str) -> Sent:
        """Publish ``text``; it is not said twice, so an unknown outcome is for people to look at.

        Raises:
            SaidBefore: it stands there already, or something very like it.
            SendFailed: another of its branches.
        """
        try:
            answer = await self._api.post(SHARE, {"status": plain(text), "rip": self._settings.rip})
        except PayloadRejected as error:
            if is_same(error):
                raise SaidBefore(error.detail, provider_code=error.provider_code) from None
            raise
        return Sent(provider_id=number(answer, "idstr", "id"))

    def _permitted(self, address: str) -> bool:
        try:
            host = (urlsplit(address).hostname or "").lower()
        except ValueError:
            return False
        return any(host == domain or host.endswith("." + domain) for domain in self._domains)


def _domain_of(base_url: str) -> tuple[str, ...]:
    host = urlsplit(base_url).hostname or ""
    return (host.lower(),) if re.search(r"\.[A-Za-z]{2,}$", host) else ()
