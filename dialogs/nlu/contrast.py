"""What is put right by naming the wrong beside the right (不是三天，是五天), and where it stands in other words."""

import re
from dataclasses import dataclass, field

_SLIP = (
    r"(?:那个(?=[，, ])|这个(?=[，, ])|是这样|等等|等一?下|哎[呀哟呦]?|唉[呀哟]?|诶|啊呀|哦|噢|啊|嗯|不好意思|"
    r"对不起|抱歉|不对不对|"
    r"不对|不是不是|错了|错啦|有误|"
    r"(?:我)?(?:刚才|前面|刚刚|上面)?(?:说|写|打|填|记|讲|弄|搞|报|登)错(?:了|啦)?(?:一个字|"
    r"一点)?|更正(?:一下)?|纠正(?:一下)?|改一下|有(?:个|一个)?地方(?:不对|错了)|"
    r"(?:这个?|那个?)?(?:里面|里)?的?(?:时间|日期|内容|地址|地点|姓名|名字|电话|标题|数字|金额)"
    r"(?:里|上|那里|那项|这块)?(?:也|还)?(?:(?:写|填|说|记)?(?:不对|错了?|有误)|要改|改一下)"
    r")"
)
_OF_A_PART = (
    r"[\u3400-\u9fff]{0,6}?(?:(?:写|打|填|说|记|讲|弄|搞|报|登)(?:错|岔|反|混)(?:了|啦)|"
    r"(?<=名)(?:也|都)?(?:错了?|不对))"
)
"""楼栋写错了: what is wrong, in words of its own; beside what is right alone."""
_LEAD = rf"(?P<lead>(?:(?:{_SLIP}|{_OF_A_PART})(?:啊|呀|哈|的|了|啦)*[，,。！!、 ]*)*)"
_ONLY_A_SLIP = rf"(?:{_SLIP}(?:啊|呀|哈|的|了|啦)*[，,。！!、 ]*)*"
_LABEL = r"(?:那个|这个|应该|应当|其实|时间|日期|地址|地点|姓名|名字|姓|我姓|我|[\u3400-\u9fff]{1,5}?)?"
_OLD = r"(?P<old>[^，,。；;、 ]{1,20}?)"
_NEW = r"(?P<new>[^，,。；;]{1,30}?)"
_MORE = r"(?:[，,；;。 ]+(?P<more>[^\n]{2,200}?))?"
_END = r"[。！!～~ ]*"
_ASIDE = (
    r"(?:[，,。 ]*(?:我|俺)?(?:老是?|总是?|又|刚才|前面|都|给)*(?:说|写|打|填|记|讲|弄|搞|看|"
    r"听)(?:错|混|岔|反|串)(?:了|啦)*|"
    r"[，,。 ]*(?:不好意思|对不起|老糊涂了?|年纪大了?))"
)
"""Said between the wrong and the right: 不是翠屏苑，我老记混，是翠竹苑."""
_SHAPES = tuple(
    re.compile(shape, re.DOTALL)
    for shape in (
        (
            rf"{_LEAD}{_LABEL}不是{_OLD}[，,；;。、 ]*(?:(?:而|应该|应当|实际)?(?<![不])是|(?:都|已经|"
            rf"得有|应该|要|有)+){_NEW}{_MORE}{_END}"
        ),
        rf"{_LEAD}{_LABEL}不是{_OLD}{_ASIDE}+[，,；;。、 ]*(?:(?:而|应该|应当|实际|其实)?是|就是)?{_NEW}{_MORE}{_END}",
        (
            rf"{_LEAD}{_LABEL}(?:怎么|咋|为什么|干嘛)(?:还|又|都|也)?(?:是|写的是|写成了?|写着|写){_OLD}[，,。？?；; ]+"
            rf"(?:应该|明明|我说的|我讲的|实际)*(?:是|改成|改为){_NEW}{_MORE}{_END}"
        ),
        rf"{_LEAD}(?:{_LABEL}|[^，,。；;、 是]{{1,8}}?)是{_NEW}[，,、；; ]*(?:而)?(?:不是|并非){_OLD}{_END}",
        (
            rf"{_LEAD}(?:把|将)?{_OLD}(?:这个)?(?:写错了|打错了|不对|错了)?[，,]*(?:应该|应当|要|得|请|"
            rf"帮我|给我)?(?:改成|改为|换成|更正为|改作|应该是|应为|应是|换为){_NEW}{_MORE}{_END}"
        ),
        rf"{_LEAD}(?P<new>[^，,。；;是]{{1,30}}?)[，,、；; ]*(?:而)?(?:不是|并非){_OLD}{_END}",
    )
)
_YES_BUT = r"(?:(?:对|好|行|是|没问题|没错|可以)的?[，,、 ]*(?:不过|只是|但是?|就是|可是)[，,、 ]*)?"
_HOUSE_WRONG = r"(?:(?:(?:楼|栋|幢|单元|门牌|门|房间?)号?(?:写|搞|弄|整)?(?:错了?|不对)|整错了?)[，,、。！! ]*)?"
_RIGHT_ALONE = re.compile(
    rf"(?P<but>{_YES_BUT}{_HOUSE_WRONG}){_LEAD}"
    rf"(?P<cue>(?:应该|应当|其实|就)?(?:是|为|叫)|改成|改为|换成|还是)?{_NEW}{_END}",
    re.DOTALL,
)
_SAYS_SO = re.compile(
    r"(?:(?:(?:是|都是)?(?:我|俺|刚才|前面|当时|不好意思|对不起|抱歉)*(?:看|写|打|填|说|记|听|算|讲|弄|搞|按|念)(?:错|岔|反|混|漏)[^，。]{0,6}|"
    r"(?:你们?|您|请|麻烦|帮我|给我|帮忙|再|把它?|也)*(?:加|改|写|补|更正|添|换)(?:进去|上去|过来|一下|上|好|"
    r"下)?(?:吧|哈|啊|了)?|谢谢你?|麻烦了?|辛苦了?)[，,。！! ]*)+"
)
"""What goes with putting right and tells no more: 我看错单子了, 你加进去."""
_OF_A_TIME = re.compile(r"(?<=[天日号周月年晚早午夜上里初底一二三四五六])(?:的事情?|发生的|出的事|开始的)$")
_OF_WHAT = re.compile(r"^(?:内容|标题|题目|地址|地点|时间)(?:里面?|中|上)的?(?:那个)?")
_BESIDE_IT = re.compile(r"^(?:它?(?:隔壁|对面|旁边|边上|后面|前面))的(?=[\u3400-\u9fff]{2})")
"""是隔壁的翠竹苑: where it lies to the wrong one is no part of its name."""
_TRAILING = re.compile(r"(?:啊|呀|哈|呢|吧|嘛|哦|才对|才是|的才对)+$")
_NOTHING = re.compile(
    r"[了的是也就还都吗呢啊这那]+|(?:我的?|这个|那个|本人)?(?:时间|日期|内容|地址|地点|位置|"
    r"姓名|名字|电话|手机号?码?|号码|标题|类型|类别|联系方式)(?:写|填)?"
)
"""The name of a part is not what is wrong in it."""
_NUMERALS = "零〇一二两三四五六七八九十百千万0-9几半"
_NUMBER = re.compile(rf"[{_NUMERALS}]+")
_BARE_NUMBER = re.compile(rf"[{_NUMERALS}]+个?")
_UNIT = (
    rf"(?P<number>[{_NUMERALS}]+)多?"
    r"(?P<unit>个?月|个?星期|个?小时|个?礼拜|分钟|[天日号年周点次人户元块栋楼层个间口盏米度])"
)
_QUANTITY = re.compile(_UNIT)
_DIGITS = "零一二三四五六七八九"
_TEN = 10
_NEAR = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """``old``: what is wrong, "" where only the right was said. ``more``: what follows. ``slip``: said to be a slip."""

    old: str = field(repr=False)
    new: str = field(repr=False)
    more: str = field(default="", repr=False)
    slip: bool = False


def contrasts_in(text: str) -> list[Contrast]:
    """The readings of a text that puts something right, the surest first; the caller knows what stood there."""
    said, found = text.strip(), []
    for shape in _SHAPES:
        if match := shape.fullmatch(said):
            new = _TRAILING.sub("", match["new"]) or match["new"]
            more = (
                ""
                if _SAYS_SO.fullmatch(match.groupdict().get("more") or "")
                else (match.groupdict().get("more") or "").strip()
            )
            old = _TRAILING.sub("", match["old"]) or match["old"]
            old = _OF_WHAT.sub("", old) or old
            old, new = (_BESIDE_IT.sub("", _OF_A_TIME.sub("", one)) or one for one in (old, new))
            if _NOTHING.fullmatch(old):
                continue
            found.append(Contrast(old=old, new=new, more=more, slip=bool(match["lead"])))
    return found


def right_alone(text: str) -> Contrast | None:
    """不对，是五天; 对，不过是5号楼; 楼号错了，应该是6号楼: the right without the wrong."""
    match = _RIGHT_ALONE.fullmatch(text.strip())
    if not match or not (match["but"] or match["lead"] or match["cue"]):
        return None
    sure = bool(match["but"] or match["lead"]) or match["cue"] not in {"是", "就是", "为", "叫", "还是"}
    return Contrast(old="", new=_TRAILING.sub("", match["new"]), slip=sure)


def without_slip(text: str) -> str:
    """The text without the words that say one was mistaken."""
    match = re.match(_ONLY_A_SLIP, text.strip())
    rest = text.strip()[match.end() :] if match else text
    return rest or text


def put_in(text: str, old: str, new: str) -> str:
    """``text`` with ``new`` wherever ``old`` stands; unchanged where it stands nowhere."""
    for one in _ways(old):
        if found := _stands(text, one):
            for at in reversed(found):
                text = _replaced(text, at, at + len(one), one, new)
            return text
    return text


def alike_in(text: str, new: str) -> str:
    """What in ``text`` is of the same kind as ``new``: the one number with its unit; "" for none or several."""
    given = _QUANTITY.match(new)
    if not given:
        return ""
    same = {
        m.group() for m in _QUANTITY.finditer(text) if m["unit"].removeprefix("个") == given["unit"].removeprefix("个")
    }
    return same.pop() if len(same) == 1 else ""


def _stands(text: str, old: str) -> list[int]:
    """Where it stands as a whole: no 三天 in 二十三天."""
    before = rf"(?<![{_NUMERALS}])" if _NUMBER.match(old) else ""
    after = rf"(?![{_NUMERALS}])" if _NUMBER.fullmatch(old) else ""
    return [found.start() for found in re.finditer(before + re.escape(old) + after, text)]


def _replaced(text: str, start: int, end: int, old: str, new: str) -> str:
    """What ``new`` repeats of the words around it is said once: 幸福里|小区 → 幸福东里小区."""
    left, right = text[:start], text[end:]
    given = _QUANTITY.match(new) if _QUANTITY.fullmatch(old) else None
    if given and set(new[given.end() :]) <= set(right[:_NEAR]):  # 五个月没交 before 没给交社保
        new = given.group()
    for length in range(len(new) - 1, 0, -1):
        if new[-length:] == right[:length] and (length > 1 or _loose(new[-1], old)):
            new = new[:-length]
            break
    for length in range(len(new) - 1, 1, -1):
        if left.endswith(new[-length:]) and not old.endswith(new[-length:]):  # 一个月五百, 是八百一个月
            new = new[:-length]
            break
    for length in range(len(new) - 1, 0, -1):
        if length == 1 and new[0] not in "省市县区":
            break
        if left.endswith(new[:length]) and not old.startswith(new[:length]):
            new = new[length:]
            break
    return f"{left}{new}{right}"


def _loose(last: str, old: str) -> bool:
    return (
        last in "了的"
        or (last in "站路街村镇栋" and not old.endswith(last))
        or (bool(_BARE_NUMBER.fullmatch(old)) and not old.endswith(last))
    )


def _ways(old: str) -> list[str]:
    """The same in figures and in words, with and without what trails it: 3天, 三天; 10号, 10日."""
    ways = [old, _in_words(old), _in_figures(old)]
    ways += [one[:-1] + "日" for one in ways if one.endswith("号")] + [
        one[:-1] + "号" for one in ways if one.endswith("日")
    ]
    ways += [one.rstrip("了的") for one in ways]
    return [one for one in dict.fromkeys(ways) if one]


def _in_words(text: str) -> str:
    return re.sub(r"\d{1,2}(?!\d)", lambda found: _spoken(int(found.group())), text)


def _spoken(number: int) -> str:
    tens, ones = divmod(number, _TEN)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def _in_figures(text: str) -> str:
    return re.sub(rf"(?<![百千万])[{_DIGITS}两十]{{1,3}}(?![百千万])", lambda found: _figure(found.group()), text)


def _figure(spoken: str) -> str:
    tens, ten, ones = spoken.replace("两", "二").rpartition("十")
    if not ten and len(spoken) > 1:
        return spoken
    high = (_DIGITS.find(tens) if tens else 1) if ten else 0
    return str(high * _TEN + (_DIGITS.find(ones) if ones else 0)) if high >= 0 else spoken
