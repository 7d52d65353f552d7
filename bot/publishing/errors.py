"""What keeps a step from being done.

PublishError
├── PublishRefused    what was written cannot be taken; ``field`` names where
├── OwnWords          nobody lets pass what they wrote
├── NotNow            from where it stands the step does not lead on
└── NoPlace           somebody cannot be booked
"""

from typing import ClassVar


class PublishError(Exception):
    """``sentence`` is for whoever asked."""

    retryable: ClassVar[bool] = False
    sentence: str = "没有办成"

    def __init__(self, sentence: str = "") -> None:
        super().__init__(type(self).__name__)
        self.sentence = sentence or type(self).sentence


class PublishRefused(PublishError):
    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class OwnWords(PublishError):
    sentence = "不能审批自己写的，请另一位有审批权的同事来批"


class NotNow(PublishError):
    sentence = "刚才有人处理过这一条，请看过现在的情况再操作"


class NoPlace(PublishError):
    sentence = "没有约成"
