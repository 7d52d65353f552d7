"""Weibo: pushes of the fans service in, passive replies and API calls out, comments read within the daily quota.

``factory`` is what the entry point names.
"""

from collections.abc import Mapping
from typing import Any

from channels.base import Channel, Tools
from channels.weibo.channel import WeiboChannel
from channels.weibo.settings import read_settings

__all__ = ["factory"]


def factory(account: str, settings: Mapping[str, Any], tools: Tools) -> Channel:
    """The channel of one account.

    Raises:
        SettingsRejected: naming every wrong key.
    """
    return WeiboChannel(account, read_settings(settings), tools)
