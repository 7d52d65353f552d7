"""Everything that goes wrong on the way to or from a platform.

    ChannelError
    ├── WebhookRefused            what came in is not answered as a message (``status`` says how)
    │   ├── BadSignature          403  not from the platform
    │   ├── NotForUs              403  another app id or another account
    │   ├── Stale                 403  the signed time lies too far from ours
    │   ├── TooWeak               403  less encrypted than the account's settings ask for
    │   ├── TooLarge              413
    │   ├── NotThere              404  nothing is at this address
    │   └── Malformed             400
    ├── SettingsRejected          the account's settings are wrong; ``key`` names which
    └── SendFailed                nothing reached the person, as far as the platform says
        ├── Busy                  the platform is busy or unreachable: again, later
        │   └── HeldElsewhere     another process of ours holds the one connection there is: it sends
        ├── DailyQuotaUsed        this API is used up until ``retry_after`` seconds from now
        ├── WayShut               this way to this person is shut (window, quota, consent): try another way
        ├── RecipientGone         the person blocked us, left, or never was: no way of this channel
        ├── PayloadRejected       the platform will never take this content
        ├── AccountBroken         secret, allow list, ban: people must act; every call would fail
        ├── MediaGone             what somebody sent can no longer be fetched
        │   └── MediaTooLarge     it is larger than anybody takes
        └── OutcomeUnknown        perhaps sent (time-out after the request left): at most one repeat, marked

Each error carries what to do with it, so that no caller asks for a platform's name or code.
"""

from collections.abc import Sequence
from typing import ClassVar


class ChannelError(Exception):
    """Base of all channel errors.

    ``code`` is stable and fit for metrics; ``sentence`` is for staff, in Chinese, without personal data;
    ``provider_code`` is the platform's own.
    """

    code: ClassVar[str] = "channel_error"
    retryable: ClassVar[bool] = False
    sentence: ClassVar[str] = "渠道出错"

    def __init__(self, detail: str = "", *, provider_code: str = "", retry_after: float | None = None) -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.provider_code = provider_code
        self.retry_after = retry_after


class WebhookRefused(ChannelError):
    code = "webhook_refused"
    status: ClassVar[int] = 400
    sentence = "收到的请求不合规，已拒绝"


class BadSignature(WebhookRefused):
    code = "bad_signature"
    status = 403
    sentence = "签名或密钥不对：请求不是平台发来的，或 token / EncodingAESKey / webhook_key 填错了"


class NotForUs(WebhookRefused):
    code = "not_for_us"
    status = 403
    sentence = "请求属于另一个账号（如公众号的 app_id 不符）"


class Stale(WebhookRefused):
    code = "stale"
    status = 403
    sentence = "请求的时间戳相差太远：可能是重放，或服务器时钟不准"


class TooWeak(WebhookRefused):
    code = "too_weak"
    status = 403
    sentence = "消息的加密方式低于设置的要求：请核对公众平台的消息加解密方式与 mode"


class TooLarge(WebhookRefused):
    code = "too_large"
    status = 413
    sentence = "请求太大，已拒绝"


class NotThere(WebhookRefused):
    code = "not_there"
    status = 404
    sentence = "请求的地址下面没有东西，请检查平台里填的回调地址"


class Malformed(WebhookRefused):
    code = "malformed"
    status = 400
    sentence = "请求内容无法解析"


class SettingsRejected(ChannelError):
    """``key`` is the setting's name below the account ("app_secret").

    ``problems``: all that is wrong with the account, each as its key and a sentence; this one first, then ``others``.
    """

    code = "settings_rejected"
    sentence = "渠道设置有误"

    def __init__(self, key: str, detail: str, *, others: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(detail)
        self.key = key
        self.problems = ((key, detail), *others)


class SendFailed(ChannelError):
    """``try_other_way``: the same message may go by another way of reaching the same person."""

    code = "send_failed"
    try_other_way: ClassVar[bool] = False
    alarm: ClassVar[bool] = False
    sentence = "发送失败"


class Busy(SendFailed):
    code = "busy"
    retryable = True
    sentence = "平台繁忙或连不上，稍后自动重试"


class HeldElsewhere(Busy):
    """No try: nobody was asked. The entry is left to whichever process holds the connection."""

    code = "held_elsewhere"
    sentence = "唯一的连接由另一个进程持有，由它发送"


class DailyQuotaUsed(SendFailed):
    code = "daily_quota_used"
    retryable = True
    try_other_way = True
    alarm = True
    sentence = "今天的接口调用次数已用完，明天零点后恢复"


class WayShut(SendFailed):
    code = "way_shut"
    try_other_way = True
    sentence = "此方式目前发不到对方（时限、条数或授权），改用其他方式"


class RecipientGone(SendFailed):
    code = "recipient_gone"
    sentence = "对方已取消关注、拒收，或号码有误，此渠道无法送达"


class PayloadRejected(SendFailed):
    code = "payload_rejected"
    sentence = "内容或模板参数被平台拒绝，重发也不会成功"


class AccountBroken(SendFailed):
    code = "account_broken"
    retryable = True
    alarm = True
    sentence = "账号凭证、IP 白名单或权限有问题，需要管理员处理"


class MediaGone(SendFailed):
    code = "media_gone"
    sentence = "图片或语音已过期、太大，或平台不再提供，取不到了"


class MediaTooLarge(MediaGone):
    code = "media_too_large"
    sentence = "图片、语音或文件太大，没有保存"


class OutcomeUnknown(SendFailed):
    code = "outcome_unknown"
    retryable = True
    sentence = "发送后没有等到平台的回答，可能已送达"
