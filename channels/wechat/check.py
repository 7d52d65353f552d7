"""For ``doctor``: what is wrong with the account, as a sentence that names the setting to mend."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from channels.errors import SendFailed
from channels.wechat.client import WeChatApi
from channels.wechat.settings import WeChatSettings

_ADDRESS = re.compile(r"invalid ip ([0-9A-Fa-f.:]+)")


def _allow_list(error: SendFailed) -> str:
    found = _ADDRESS.search(error.detail)
    address = found[1] if found else "（平台未说明）"
    return f"本机出口 IP {address} 不在公众平台的 IP 白名单里，请在“基本配置”中加入"


_SENTENCES: Mapping[str, Callable[[SendFailed], str]] = MappingProxyType(
    {
        "40013": lambda _: "app_id 不对：公众平台没有这个 AppID",
        "40125": lambda _: "app_secret 不对：请在公众平台重置后重新填写",
        "40001": lambda _: "app_secret 不对，或不属于这个 app_id",
        "40164": _allow_list,
        "40243": lambda _: "app_secret 已被冻结，请在公众平台解冻",
        "41002": lambda _: "app_id 为空",
        "41004": lambda _: "app_secret 为空",
        "50002": lambda _: "公众号已被限制使用，请登录公众平台查看",
    }
)


async def faults(api: WeChatApi, settings: WeChatSettings) -> Sequence[str]:
    """Ask for a token, past every cache, and say what the platform has against it; empty where all is well."""
    try:
        await api.fetch_token(force=False)  # a forced one would kill the token in use
    except SendFailed as error:
        known = _SENTENCES.get(error.provider_code)
        return [known(error) if known else _otherwise(error, settings)]
    return []


def _otherwise(error: SendFailed, settings: WeChatSettings) -> str:
    if error.provider_code:
        return f"{error.sentence}（错误码 {error.provider_code}）"
    return f"连不上 {settings.api_base}（{error.detail}）：请检查网络和 api_base"
