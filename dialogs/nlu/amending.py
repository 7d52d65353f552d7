"""How people say that what was taken down is not right: 没错，但是…, 唔啱，系…唔系…, 不对头哦，啷个写成…, 整差了.

Only for deciding what is to be put right. What is kept is what was written.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from dialogs.text.clean import words_only

_REMEMBERED = 64
_LONGEST = 80
_SHORT = 40
_SAME = (
    # Cantonese, in simplified characters
    (re.compile(r"唔系|唔是"), "不是"),
    (re.compile(r"唔(?:啱|对|正确)|冇啱"), "不对"),
    (re.compile(r"但系"), "但是"),
    (re.compile(r"咗"), "了"),
    (re.compile(r"冇错"), "没错"),
    (re.compile(r"点解|做乜|点会"), "怎么"),
    (re.compile(r"同埋"), "还有"),
    (re.compile(r"(?<=[\u3400-\u9fff])嘅"), "的"),
    (re.compile(r"啱(?:嘅|的|喇|啦|晒)*"), "对"),
    (re.compile(r"(?:^|(?<=[，,。；; ])|(?<=应该|其实|实际|正确)|(?<=[址点名话号码间])|(?<=而))系(?![统列])"), "是"),
    # Sichuan, Chongqing, Hubei
    (re.compile(r"不(?:得)?对头|对不到|莫得对"), "不对"),
    (re.compile(r"对头(?=[，,。 的哦嘛但不]|$)"), "对"),
    (re.compile(r"啷个|咋个|咋子|咋会|咋还|为啥子|为啥|咋(?=[写填记登弄整成是])"), "怎么"),
    (re.compile(r"(?<=[写填打记登讲说搞弄整])(?:拐|撇|岔|劈叉|岔劈|差|瞎|反|串|混)(?:了|嘞|咧)"), "错了"),
    (re.compile(r"(?<=[写填打记登讲说搞弄整])错(?:嘞|咧|哩|脱了|喽|咯|啰|啦|噻)"), "错了"),
    (re.compile(r"整(?=错|成)"), "写"),
    (re.compile(r"(?:^|(?<=[，,。 啊哦]))错[咯喽嘞咧啰哩噻哦啊]+"), "错了"),
    # the Northeast, Henan, Shandong, Shanghai
    (re.compile(r"不对劲儿?|不照|勿对|弗对"), "不对"),
    (re.compile(r"勿是|弗是|伐是"), "不是"),
    (re.compile(r"(?<=是)[俺恁额](?=[\u3400-\u9fff]{0,3}\d)"), "我"),
)
_IS_RIGHT = re.compile(
    r"(?<=[\u3400-\u9fff\d][\u3400-\u9fff\d])(?P<wrong>不对|错了|有误)"
    r"[，,。 ]*(?:(?:就|其实|要|实际上?)?(?:应该是?|是)(?!不)|(?<=[，,。 ])(?=[\d一二两三四五六七八九十百半]))"
)
"""4号楼不对 是14号楼."""
_TO = re.compile(
    r"^(?P<old>[\d一二两三四五六七八九十百半][^，,。 改]{0,6})改"
    r"(?P<new>[\d一二两三四五六七八九十百半][^，,。 改]{0,6})$"
)
"""两天改三天."""
_WITHOUT_IS = re.compile(
    r"^(?P<old>不是[^，, 是]{2,12})[，, ]+(?!而|应该|是|都|已经|我|他|她|你|怎|为|所以|因|人|有|没|在)"
    r"(?P<new>[^，, 是]{2,12})$"
)
"""不是12路 21路."""
_BY_THE_WAY = re.compile(
    r"^(?:对了|哦|噢|诶|哎呀?|啊呀?|那个|等等|等一下|不好意思|对不起|抱歉|我看了一?下|我看看|看了一?下)"
    r"(?:[，,。！!… ]+|(?=是|不是))|"
    r"^(?:还有|另外|再就是)[，,：: ]*"
)
_THIS_IS_RIGHT = re.compile(
    r"^[^，,。 是不]{1,8}(?:是对的|是对|没错|没问题|对)[，,。 ]+(?:但是?|不过|就是|只是)?(?=.{2})"
)
"""48号对 是胜利北路."""
_MY_FAULT = re.compile(
    r"[，,。 ]+(?:是)?(?:我|俺|刚才|前面|刚刚|不好意思|都)*(?:写|说|打|填|记|讲|弄|搞|看|听|发|输)"
    r"(?:错|反|混|岔)(?:了|啦)*"
    r"(?:不好意思|对不起|抱歉|[。！!， ])*$"
)
"""是8栋 不是7栋 我写错了."""
_ONLY_A_SLIP = re.compile(
    r"(?:我|俺|你们?|刚才|前面|都|有|点|不好意思|对不起|那个)*(?:不对|不是|(?:写|说|打|填|记|讲|弄|搞|看|听|发|输)?错了?|"
    r"(?:没|忘了?|漏了?|少了?)(?:写|填|记|登|说)(?:上|了)?[^，。]{0,4}|改一?下|更正(?:一下)?|(?:写|说|打|填|记|讲|弄|搞)(?:反|混|岔)了?)(?:了|啊|呀|两处|几处|两个)*"
)
_SIGHS = re.compile(r"(?<=不对|错了|没错|不是)[哦噢嘛噻哟嘞撒喔咯哩咧啊呀呢吧啦喽呃嗷昂]+[，,。！!、 ]*")
_YES = (
    r"(?:(?:嗯|恩|哦|噢|哎|那)[，,、 ]*)*(?:其他|其它|别的|大部分|大致|基本上?|差不多|大体|前面|内容|上面|都|也)*"
    r"(?:是对|对|是|好|行|可以|没错|没问题|没有错|要得|得行|中|管|得劲|正确|确认|晓得了?|知道了?)"
    r"(?:是|对|倒|都|的|啊|呀|哈|了|哩|嘞|滴|哦|嘛|吧|呢|没错|没问题|个)*[，,、。！!~～… ]*"
)
_BUT = r"(?:但是?|不过|只是|就是|可是|然而|可|除了|唯独|只有)(?=[^，,。])[，,、 ]*"
_YES_BUT = re.compile(rf"^(?:{_YES})+{_BUT}(?:有(?:一|个|几)?(?:点|个|处)?(?:地方)?[，,、 ]*)?")
_ONLY_BUT = re.compile(r"^(?:但是|不过|只是|可是)[，,、 ]*")
_YES_THEN = re.compile(rf"^(?:{_YES})+(?<=[，,、。！! ])(?=.{{2}})")
_SIGN = re.compile(
    r"不对|(?:写|填|打|记|登|讲|说|搞|弄|报|听|看|算|整|发|输)(?:得|的)?(?:错|反|混|岔|漏|串|不对)|"
    r"错了|错啦|有误|有错|不正确|"
    r"(?:写|填|记|登|弄|搞|变|听|看|说|当)成|改成|改为|换成|更正|纠正|改一?下|要改|得改|改改|"
    r"应该是|应该叫|应当是|应是|应为|才对|才是|不符|对不上|弄反|搞混|"
    r"不是[^，,。]{1,12}[，,。 ]*(?:而|应该|就)?(?:是|叫)|"
    r"^(?:不是|不)[，,。！! ]"
)
_AT_THE_HEAD = 12
_HOW_COME = re.compile(
    r"(?:怎么|为什么|谁|哪个|干嘛)(?:还|又|都|也|会|给我|把[^，,。]{1,8})*(?:写|填|记|登记?|弄|搞|变|说|写的|记的|登的)?"
    r"(?:成|是|的是|了)(?:了)?(?P<old>[^，,。？?！!]{1,20}?)(?:了|的|呢|嘛|啊|呀|哦|咧|嘞|噻|哩|撒|喽|[？?！!。 ])*$"
)
_APART = re.compile(
    r"(?:[，,；;。！!\n ]*(?:还有就是|还有|另外|再就是|再有|以及|然后|而且|再一个|第二|其次|跟着)[，,、：: ]*)|"
    r"[；;。\n]+"
)
_CLAUSES = re.compile(r"[，,；;。！!\n ]+")
_MOST = 5
_FACE = re.compile(r"[^\u3400-\u9fffA-Za-z0-9，,。；;：:、！!？?\n ./()（）·#*+~～-]+")


@lru_cache(maxsize=_REMEMBERED)
def in_plain_words(text: str) -> str:
    """A short ``text`` with what dialects say for wrong, right and not in common words; a longer one as it is."""
    if len(text) > _LONGEST:
        return text
    plain = _FACE.sub("", text)
    for dialect, common in _SAME:
        plain = dialect.sub(common, plain)
    if "不是" in plain and plain != text:
        plain = re.sub(r"(?<![联关体维干派])系(?![统列主])", "是", plain)
    plain = _IS_RIGHT.sub(r"\g<wrong>，应该是", _SIGHS.sub("，", plain)).strip()
    plain = _TO.sub(r"\g<old>改成\g<new>", plain)
    return _WITHOUT_IS.sub(r"\g<old>，是\g<new>", plain)


def to_the_point(text: str) -> str:
    """What is right, without the yes that is none (没错，但是3栋602) and whose fault it was."""
    for begins in (_YES_BUT, _ONLY_BUT, _BY_THE_WAY, _THIS_IS_RIGHT):
        if found := begins.match(text):
            text = text[found.end() :] or text
            break
    return _MY_FAULT.sub("", text) or text


def after_yes(text: str) -> str:
    """What stands behind a yes and a pause: 对的，6号楼; "" where nothing does."""
    found = _YES_THEN.match(text)
    return text[found.end() :] if found else ""


def yes_but(text: str) -> bool:
    """Whether a yes is taken back by what follows: 对，不过…."""
    return bool(_YES_BUT.match(text)) and len(text) <= _LONGEST


def sounds_wrong(text: str) -> bool:
    """Whether a text says first, or in few words, that something taken down is not right."""
    found = _SIGN.search(text)
    if not found:
        return False
    return found.start() <= _AT_THE_HEAD and len(words_only(text)) <= _SHORT


def found_written(text: str) -> str:
    """What somebody wonders to find written: 怎么写成3号楼了; "" where they wonder at nothing, or say what is right."""
    found = _HOW_COME.search(text)
    return found["old"].strip() if found and not re.search(r"应该|明明|不是|而是", text) else ""


def _says(piece: str) -> bool:
    return not _ONLY_A_SLIP.fullmatch(words_only(piece))


def pieces_of(text: str) -> Sequence[Sequence[str]]:
    """The ways to take a text apart that may put several things right, by what surely divides it first."""
    ways = [[one for one in apart.split(text) if words_only(one)] for apart in (_APART, _CLAUSES)]
    told = [(len(way), tuple(one for one in way if _says(one))) for way in ways]
    return list(dict.fromkeys(way for pieces, way in told if pieces > 1 and 0 < len(way) <= _MOST))
