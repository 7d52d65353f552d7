"""That something told is to be changed, was wrong, or whether it has been changed by now."""

import re

from dialogs.text.clean import words_only

_CHANGED_YET = re.compile(
    r"(?:地址|地点|电话|号码|名字|姓名|时间|内容|标题|那个|刚才的?|都)*(?:改|换|更正)(?:好|过来|对)?(?:了)?(?:没有?|吗|么)"
)
_FINDS_WRONG = re.compile(r"错|怎么|咋|不对|改|不是|换|应该")
_WANTS_CHANGE = re.compile(
    r"我?(?:要|想)?(?:修改|更正|改一?下|要改|改改|有错|写错了|填错了|说错了|"
    r"(?:返回|回到?|退回?)?上一[步个题](?:问题)?)(?:一下)?(?:吧|了)?"
)


def asks_if_changed(text: str) -> bool:
    """地址改过来没有: whether what they put right stands now."""
    return bool(_CHANGED_YET.fullmatch(words_only(text)))


def finds_wrong(text: str) -> bool:
    """Whether words of a fault or a change are anywhere in it."""
    return bool(_FINDS_WRONG.search(text))


def wants_change(text: str) -> bool:
    """我要修改, 上一步: a change is wanted, and not yet said of what."""
    return bool(_WANTS_CHANGE.fullmatch(words_only(text)))
