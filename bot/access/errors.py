"""What goes wrong with members of staff.

AccessError
├── WrongCredentials          login, password or code: which of them is never told
├── CodeNeeded                the password was right, the one-time code is missing
├── Locked        retryable   too many wrong tries; ``until`` when the next is looked at
├── WeakPassword              ``sentence`` says what it lacks
└── NotAllowed                the member may not do this
"""

from datetime import datetime
from typing import ClassVar


class AccessError(Exception):
    """``sentence`` is for the person at the screen."""

    retryable: ClassVar[bool] = False
    sentence: str = "没有办成"

    def __init__(self, sentence: str = "") -> None:
        super().__init__(type(self).__name__)
        self.sentence = sentence or type(self).sentence


class WrongCredentials(AccessError):
    sentence = "账号、密码或动态码不对"


class CodeNeeded(AccessError):
    sentence = "请输入手机上的六位动态码"


class Locked(AccessError):
    retryable = True

    def __init__(self, until: datetime) -> None:
        super().__init__("输错次数太多，账号已暂时锁定，请十五分钟后再试，或请管理员解锁")
        self.until = until


class WeakPassword(AccessError):
    """The new password will not do."""


class NotAllowed(AccessError):
    sentence = "您没有这项权限"
