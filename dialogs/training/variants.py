"""How else the same thing is said: with an address before it, a particle or a thank-you after it."""

from collections.abc import Iterator
from random import Random

_BEFORE = ("那个", "请问", "麻烦问一下", "嗯", "同志", "领导", "你好", "就是说", "我跟你讲", "哎", "您好", "不好意思")
_AFTER = ("啊", "呢", "吧", "谢谢", "呀", "嘛", "哦", "行不", "可以吗", "好吗", "了啦", "麻烦了")
_ONLY_BEFORE, _ONLY_AFTER = 0.4, 0.8


def variant(text: str, chance: Random) -> str:
    """``text`` with words around it that change nothing."""
    draw = chance.random()
    before = chance.choice(_BEFORE) if draw < _ONLY_BEFORE or draw >= _ONLY_AFTER else ""
    after = chance.choice(_AFTER) if draw >= _ONLY_BEFORE else ""
    return f"{before}{text}{after}"


def variants(texts: list[str], *, seed: int = 0) -> Iterator[str]:
    """One for each of ``texts``, the same at every call."""
    chance = Random(seed)  # noqa: S311 - only to vary the wording, and always the same way
    return (variant(text, chance) for text in texts)
