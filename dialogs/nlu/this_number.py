"""The number that somebody writes from, named but not written out: 就打这个, 本机, 我就用这个电话发的."""

import re

_LONGEST = 16
_BEFORE = (
    r"(?:手机号?码?|电话(?:号码)?|号码|联系方式|联系电话"
    r"|我|您|你们?|的|就|是|用|打|拨|留|联系|找|直接|可以|写|填|发|在|也|都|嗯|对|行|好)*"
)
_THIS = (
    r"(?:本机|本号|(?:这个?|此|现在这个?|当前)(?:手机号?码?|电话号?码?|号码?|联系方式)|(?:[打拨用留]|就是?|联系)这个)"
)
_BEHIND = (
    r"(?:号码?|手机|电话|发短信|发信息|发|打|短信|联系|找|到|就|可以|行|好|能|我|的|了|吧|啊|呀|呢|哈|嘛|喽|呗|即可)*"
)
_NAMED = re.compile(rf"{_BEFORE}{_THIS}{_BEHIND}")
_CLAUSE = re.compile(r"[^，,。；;！!？?\s、]+")


def with_number(text: str, number: str) -> str:
    """``text`` with ``number`` in the place of each clause that only names the number it is written from."""

    def put(found: re.Match[str]) -> str:
        clause = found[0]
        return number if len(clause) <= _LONGEST and _NAMED.fullmatch(clause) else clause

    return _CLAUSE.sub(put, text)


def only_names_it(text: str) -> bool:
    """Whether ``text`` says no more than that."""
    return bool(text.strip()) and not with_number(text, "").strip("，,。；;！!？?、 \n\t")
