"""What a resident takes from the bot's words alone: what is asked of them, which choices there are, what was done."""

import re
from collections.abc import Mapping
from enum import StrEnum


class Asked(StrEnum):
    """One thing that a message may ask for."""

    MATTER = "matter"
    PLACE = "place"
    NAME = "name"
    PHONE = "phone"
    SINCE = "since"
    REASON = "reason"
    CONFIRM = "confirm"


_EXAMPLES = re.compile(r"“[^”]*”|《[^》]*》|（[^（）]*依据[^（）]*）|(?:比如|例如|像)[^，。？；\n]*")
_SENTENCE = re.compile(r"[^。？！?!；\n]+[。？！?!；]*")
_REQUEST = re.compile(
    r"[？?]|(?<!申)请(?!求|示|核对|保存|放心|马上|先|到|打|拨|按|在|耐心|记|勿|不要|依法)|告诉我|说一下|说说|发给我|发来|"
    r"留(?:一个|个|下|一下)|还(?:差|缺|需要|要)|缺(?:少|一)|补充(?:一下|完整)"
)
_WORDS: Mapping[Asked, re.Pattern[str]] = {
    Asked.MATTER: re.compile(
        r"什么(?:问题|事|情况|诉求|困难)|(?:反映|说明|写)[^，。]{0,6}(?:问题|事情|内容|情况)|说(?:得|的)?(?:再)?具体|怎么回事"
    ),
    Asked.PLACE: re.compile(
        r"地点|地址|(?:什么|具体)(?:地方|位置)|在?(?:哪里|哪儿)(?![不没有错要])|哪个(?:小区|村|路|街|位置)|发(?:送)?位置"
    ),
    Asked.NAME: re.compile(r"姓名|名字|称呼|贵姓|您叫什么"),
    Asked.PHONE: re.compile(r"(?<!换)手机|电话|联系方式|联系号码|怎么联系您|这个号码"),
    Asked.SINCE: re.compile(r"什么时候|什么时间|多久了|何时|哪天|多长时间了"),
    Asked.REASON: re.compile(r"哪里没办好|哪里不满意|什么原因|说一下原因|原因是"),
}
_CONFIRM = re.compile(r"请(?:您)?核对[：:]|回复“?确认|确认无误|点“?确认")
_CHOICE = re.compile(r"(?:^|[　\n])\s*(\d{1,2})[ .、．)）]\s*([^\n　]+)")
_FILED = re.compile(r"登记成功|已(?:经)?(?:为您)?登记[，。]?\s*编号|编号\s*[A-Z]{1,6}\d{6,}[^。]{0,12}查询码")


def asked_in(text: str) -> frozenset[Asked]:
    """What ``text`` asks for. Where it asks to confirm, the rest of it is what there is to read.

    What stands before the news that something is filed asks for nothing any more.
    """
    text = _FILED.split(text)[-1]
    if _CONFIRM.search(text):
        return frozenset({Asked.CONFIRM})
    requests = [s for s in _SENTENCE.findall(_EXAMPLES.sub("", text)) if _REQUEST.search(s)]
    return frozenset(kind for kind, words in _WORDS.items() if any(words.search(sentence) for sentence in requests))


def choices_in(text: str) -> dict[str, str]:
    """Number to title of each numbered choice; of several lists, the last."""
    found: dict[str, str] = {}
    for number, title in _CHOICE.findall(text):
        if number == "1":
            found = {}
        found[number] = title.strip()
    return found if len(found) > 1 else {}


def filed_in(text: str) -> bool:
    """Whether the bot says that it is filed."""
    return bool(_FILED.search(text))
