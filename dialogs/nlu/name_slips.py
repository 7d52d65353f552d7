"""A name put right in part: 姓名写马朝，朝阳的朝; 露是王字旁的璐."""

import re

from dialogs.nlu.names import answered_name, bare_name

_HAN = r"[\u3400-\u9fff]"
_NAMED = r"(?:我的?|本人的?)?(?:真实)?(?:姓名|名字|名儿|(?<![店地路区村校司品厂馆院楼街站])名)"
_ALSO = r"(?:也|还|就|要|得|请|麻烦|帮我|给我|那里|那项|这里|里面|再|都|我)*"
_WRONG = r"(?:(?:写|打|填|登|记|弄|说)?(?:错了?|不对|有误)(?:一个字)?(?:了|啦)?[，,。 ]*)?"
_BECOMES = r"(?:应该|应当|应)?(?:改|换|更正|修改|写|填|登|记|是|叫|用|为|要)?(?:一?下|成|为|作|上)?(?:是|叫|为)?"
_SPELLED = (
    rf"(?:[，,（( ]+(?:就是|是|{_HAN}字是)?(?P<how>[^，。）)]{{1,12}}?)[)）]?)?(?:[，,]*(?:不是|"
    rf"而不是)[^，。]{{1,8}})?[。！!）) ]*"
)
_WHOLE = re.compile(
    rf"^[^，,。]{{0,6}}?{_NAMED}{_ALSO}{_WRONG}{_BECOMES}[，,：: ]*(?:是|叫)?(?P<new>{_HAN}{{2,4}}){_SPELLED}$"
)
_CHARACTER = re.compile(
    rf"^(?:不对|错了|写错了|打错了)?[，, ]*(?:{_NAMED})?(?:里|中|里面)?的?(?P<old>{_HAN})?(?:这个)?字?(?:[写打]错了|"
    rf"错了|不对)?[，, ]*(?:应该|应)?(?:是|写|改成|为|用)"
    rf"(?P<how>{_HAN}{{1,6}}?(?:的|那个|这个|字旁))(?P<new>{_HAN})字?(?:[，,]*(?:而)?不是(?:{_HAN}{{0,6}}?(?:的|"
    rf"那个))?(?P<wrong>{_HAN}))?[。！!]?$"
)
_GIVEN = re.compile(
    rf"^(?:{_NAMED})?{_ALSO}{_WRONG}(?:应该|应)?(?:是|用|写|改成|为)(?P<new>{_HAN})字?[，,（( ]+{_HAN}{{1,6}}?(?:旁|"
    rf"的|那个|这个|字|头)+{_HAN}?[)）。！! ]*$"
)


_NO_CHARACTER = frozenset("事时人样话天")
_A_TIME = re.compile(r"周[一二三四五六日天末]|星期|礼拜|[昨前今去上][天年周个]|[月日号]的?$")
"""是上周四的事 spells no name."""


def name_put_right(text: str, name: str) -> str:
    """The name as it should be, where the text says no more than that; "" for all else."""
    said = text.strip()
    if found := _WHOLE.match(said):
        new = found["new"]
        known = bool(name) and bool(set(new) & set(name))
        if (bare_name(new) or (known and answered_name(new))) and _spells(found["how"], new):
            return new
    found = (_CHARACTER.match(said) or _GIVEN.match(said)) if name else None
    if not found:
        return ""
    told = found.groupdict()
    if found["new"] in _NO_CHARACTER or _A_TIME.search(told.get("how") or ""):
        return ""
    wrong = told.get("old") or told.get("wrong") or _alone(name, found["new"])
    if not wrong and found["new"] in name:
        return name  # as it stands already
    return name.replace(wrong, found["new"]) if wrong and wrong in name else ""


def _spells(how: str | None, new: str) -> bool:
    """朝阳的朝, 王字旁那个璐, 弓长张: how one of its characters is written, or nothing."""
    return not how or any(char in how for char in new) or how.endswith(("旁", "字"))


def _alone(name: str, new: str) -> str:
    """Of a name of two characters that does not hold the new one, the given name."""
    return name[-1] if len(name) == 2 and new not in name else ""  # noqa: PLR2004 - surname and one character
