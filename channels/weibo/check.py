"""The access token's life: it cannot be renewed by a program, so its end is told days ahead."""

import asyncio
import math
from collections.abc import Sequence

import structlog

from channels.errors import SendFailed
from channels.weibo.client import WeiboApi
from channels.weibo.settings import WeiboSettings
from channels.weibo.wire import Fields, number

TOKEN_INFO = "/oauth2/get_token_info"  # noqa: S105 - a path
_DAY = 86_400.0
_RENEW = "请登录微博开放平台重新授权，把新的 access_token 写进设置"


async def faults(api: WeiboApi, settings: WeiboSettings) -> Sequence[str]:
    """What is wrong with the account, as sentences that name the setting to mend; empty where all is well."""
    try:
        info = await api.ask(TOKEN_INFO)
    except SendFailed as error:
        return [_unasked(error, settings)]
    return [*_mismatches(info, settings), *_ending(info, settings)]


async def watch_token(api: WeiboApi, settings: WeiboSettings) -> None:
    """Log, once a day, that the token ends soon or has ended."""
    while True:
        try:
            left = days_left(await api.ask(TOKEN_INFO))
            if left is not None and left <= settings.token_days:
                structlog.get_logger().warning("weibo.token_ends", days=left)
        except SendFailed as error:
            structlog.get_logger().warning("weibo.token_unknown", code=error.code, provider_code=error.provider_code)
        await asyncio.sleep(_DAY)


def days_left(info: Fields) -> int | None:
    """Whole days until the token ends, 0 on its last; None where the platform does not say."""
    seconds = info.get("expire_in", info.get("expires_in"))
    if isinstance(seconds, str) and seconds.isascii() and seconds.removeprefix("-").isdigit():
        seconds = int(seconds)
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        return None
    return max(0, math.floor(seconds / _DAY))


def _unasked(error: SendFailed, settings: WeiboSettings) -> str:
    if error.provider_code in {"21315", "21327"}:
        return f"access_token 已过期：{_RENEW}"
    if error.provider_code in {"21314", "21316", "21317", "21319", "21332"}:
        return f"access_token 无效或已被撤销：{_RENEW}"
    if error.provider_code and not error.provider_code.startswith("http_"):
        return f"{error.sentence}（错误码 {error.provider_code}）"
    return f"连不上 {settings.api_base}（{error.detail}）：请检查网络和 api_base"


def _mismatches(info: Fields, settings: WeiboSettings) -> Sequence[str]:
    uid, app = number(info, "uid"), str(info.get("appkey") or "")
    told = []
    if uid and uid != settings.uid:
        told.append("uid 与 access_token 不是同一个微博账号")
    if app and app != settings.app_key:
        told.append("app_key 与 access_token 不是同一个应用")
    return told


def _ending(info: Fields, settings: WeiboSettings) -> Sequence[str]:
    left = days_left(info)
    if left is None or left > settings.token_days:
        return []
    when = f"还有 {left} 天到期" if left else "不到一天就要到期，或已到期"
    return [f"access_token {when}：{_RENEW}"]
