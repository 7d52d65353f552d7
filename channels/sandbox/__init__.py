"""The WeChat platform played locally: the real protocol over real sockets, faults on demand, and a page with a phone.

An independent peer of ``channels.wechat``: it shares no code with it, so that a mistake in one shows in the other.
It serves on loopback alone, keeps everything in memory and forgets it at the end.
"""

from channels.sandbox.app import make_sandbox
from channels.sandbox.client import Phone, SandboxClient, Seen
from channels.sandbox.errors import SandboxAway, SandboxError, SandboxRefused
from channels.sandbox.links import Choice, split_choices
from channels.sandbox.settings import (
    PROGRESS_TEMPLATE,
    PROGRESS_TEMPLATE_ID,
    CardTemplate,
    Mode,
    SandboxSettings,
    SmsAccount,
    WeiboAccount,
)

__all__ = [
    "PROGRESS_TEMPLATE",
    "PROGRESS_TEMPLATE_ID",
    "CardTemplate",
    "Choice",
    "Mode",
    "Phone",
    "SandboxAway",
    "SandboxClient",
    "SandboxError",
    "SandboxRefused",
    "SandboxSettings",
    "Seen",
    "SmsAccount",
    "WeiboAccount",
    "make_sandbox",
    "split_choices",
]
