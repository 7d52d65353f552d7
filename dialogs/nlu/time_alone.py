"""A text that says when, and nothing else."""

from dialogs.nlu.times import find_since
from dialogs.text.clean import words_only
from dialogs.text.phrases import made_of

_TIME_WORDS = made_of(
    r"就|时间|日期|是|大概|大约|差不多|有|了|从|打|就|在|都|已经|发生|开始|起头|起|头|的|事儿?|嗯|应该|左右|吧|啊|哦|到现在|那会儿?|时候|补充|加上|写上"
)


def time_alone(text: str) -> str:
    """The time, where a text says no more: 有半个月, 从五月份起头."""
    since = find_since(text)
    rest = words_only(text.replace(since, "", 1)) if since else ""
    return since if not rest or _TIME_WORDS.fullmatch(rest) else ""
