"""WeChat official account: encrypted callbacks in, passive replies and API calls out.

``factory`` is what the entry point names. wechatpy gives the cipher and the passive reply; the HTTP client is our
own (``client``), since wechatpy's blocks and repeats without end.
"""

from collections.abc import Mapping
from typing import Any

from channels.base import Channel, Tools
from channels.wechat.channel import WeChatChannel
from channels.wechat.settings import read_settings

__all__ = ["factory"]


def factory(account: str, settings: Mapping[str, Any], tools: Tools) -> Channel:
    """The channel of one official account.

    Raises:
        SettingsRejected: naming every wrong key.
    """
    return WeChatChannel(account, read_settings(settings), tools)
