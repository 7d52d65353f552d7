"""An official account for a command of ``wechat``, and what is said where something could not be done."""

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.cli.errors import NotDone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.cli.app import Common
    from bot.settings import Settings
    from channels.wechat.channel import WeChatChannel


@asynccontextmanager
async def opened(options: "Common", account: str) -> "AsyncIterator[WeChatChannel]":
    """The account, for what needs no database."""
    settings, _ = options.running(accounts=True)
    async with channel_of(settings, account) as channel:
        yield channel


@asynccontextmanager
async def channel_of(settings: "Settings", account: str) -> "AsyncIterator[WeChatChannel]":
    """The account of these settings; what the platform refuses within the block is told in a sentence."""
    from bot.accounts import open_accounts  # noqa: PLC0415
    from channels.errors import SendFailed  # noqa: PLC0415
    from channels.wechat.channel import WeChatChannel  # noqa: PLC0415

    async with open_accounts(settings) as channels:
        channel = channels.get(("wechat", account))
        if not isinstance(channel, WeChatChannel):
            raise NotDone(f"设置里没有 [wechat.{account}]")
        try:
            yield channel
        except SendFailed as error:
            raise NotDone(f"没有办成：{_why(error.provider_code, error.sentence, error.detail)}") from error


_WHY = {
    "48001": "这个公众号没有这项接口的权限（菜单、二维码和标签要认证的公众号）",
    "40054": "按钮的网址不在公众号允许的域名里",
    "40055": "按钮的网址不在公众号允许的域名里",
    "45056": "标签已有 100 个，到了上限",
    "45057": "有这个标签的人超过十万，要先取下一些才能删除",
    "45059": "有人身上的标签已有 20 个，到了上限",
    "45157": "已经有同名的标签",
    "45158": "标签名太长，最多十个汉字",
    "45009": "今天的接口调用次数已用完，明天再试",
}


def _why(code: str, sentence: str, detail: str) -> str:
    told = _WHY.get(code, sentence.removesuffix("，稍后自动重试"))
    return f"{told}（{f'错误码 {code}，' if code else ''}{detail}）"
