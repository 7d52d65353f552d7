"""What the sandbox is told: the account it plays, where the bot is, how patient it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Mode(StrEnum):
    """How pushes are sent: encrypted, both, or clear."""

    SAFE = "safe"
    COMPATIBLE = "compatible"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTemplate:
    """A template of the account: ``fields`` maps its keywords (``thing3``) to the labels on the card."""

    title: str
    fields: Mapping[str, str]


PROGRESS_TEMPLATE_ID = "qX7sandboxProgressNotice0000000000000000001"
"""The one template the account starts with; ``[wechat.<account>] templates.progress`` is set to it."""

PROGRESS_TEMPLATE = CardTemplate(
    title="信访事项办理进度提醒",
    fields=MappingProxyType(
        {
            "character_string1": "诉求编号",
            "phrase2": "办理状态",
            "thing3": "诉求标题",
            "time4": "更新时间",
            "thing5": "办理说明",
        }
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeiboAccount:
    """A Weibo account of the fans service; ``safe_domains``: where the addresses in its posts may lead."""

    app_key: str
    app_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    uid: str
    webhook_path: str = "/channels/weibo/main"
    safe_domains: tuple[str, ...] = ("example.gov.cn",)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsAccount:
    """A sendsms user of a Kannel, and the number behind it. ``retries``: how often a text is brought again."""

    username: str
    password: str = field(repr=False)
    number: str
    webhook_key: str = field(repr=False)
    webhook_path: str = "/channels/sms/main"
    retries: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """One official account and its phones.

    ``bot_url`` is the bot's base ("http://127.0.0.1:8080"), ``webhook_path`` the server URL's path there.
    ``api_token`` opens the bot's API for the staff panel; it never reaches the browser.
    ``answer_seconds`` is how long the platform waits for an answer before it cuts the connection (WeChat: 5),
    ``retry_seconds`` how long it rests after an error, ``receipt_seconds`` when the report on a notice follows.
    ``weibo``: the account that is played beside it, below ``/weibo``; None: Weibo is not played.
    ``sms``: the same for a Kannel with its phones, below ``/sms``.
    """

    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    encoding_aes_key: str = field(repr=False)
    bot_url: str
    mode: Mode = Mode.SAFE
    webhook_path: str = "/channels/wechat/main"
    api_token: str = field(default="", repr=False)
    seed: int = 1
    office: str = "某市信访局"
    residents: tuple[str, ...] = ("王阿姨", "李师傅", "小陈")
    templates: Mapping[str, CardTemplate] = field(
        default_factory=lambda: MappingProxyType({PROGRESS_TEMPLATE_ID: PROGRESS_TEMPLATE})
    )
    answer_seconds: float = 5.0
    retry_seconds: float = 1.0
    receipt_seconds: float = 0.5
    weibo: WeiboAccount | None = None
    sms: SmsAccount | None = None

    def __post_init__(self) -> None:
        # A mere string equals its mode and yet is not it: "plain" would be played as safe.
        object.__setattr__(self, "mode", Mode(self.mode))
