"""Text messages: one channel, and behind it the gateway that the account's ``provider`` names.

``factory`` is what the entry point names.
"""

from collections.abc import Mapping
from typing import Any

from channels.base import Channel, Tools
from channels.sms.channel import SmsChannel
from channels.sms.gateway import Surroundings
from channels.sms.settings import read_settings

__all__ = ["factory"]


def factory(account: str, settings: Mapping[str, Any], tools: Tools) -> Channel:
    """The channel of one account.

    Raises:
        SettingsRejected: naming every wrong key.
    """
    checked, module = read_settings(settings)
    base = checked.callback_base or tools.base_url
    callback_url = f"{base}/channels/sms/{account}" if base else ""
    gateway = module.make_gateway(checked, Surroundings(account=account, tools=tools, callback_url=callback_url))
    return SmsChannel(account, checked, gateway, clock=tools.clock)
