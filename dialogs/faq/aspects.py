"""What about a subject is asked: how long, with what, where … A question of nothing else follows up the last answer."""

import re
from enum import StrEnum

from dialogs.text.clean import words_only
from dialogs.text.phrases import made_of


class Aspect(StrEnum):
    """What an answer tells of its subject."""

    TIME = "time"
    MATERIALS = "materials"
    WHO = "who"
    WHERE = "where"
    HOW = "how"
    COST = "cost"
    MAY = "may"
    WHY = "why"
    SECRET = "secret"  # noqa: S105 - whether it is kept, no password
    WHAT = "what"


_CUES: tuple[tuple[Aspect, str], ...] = (
    (
        Aspect.TIME,
        (
            r"(?:大概|一般|最长|最多|最快|最晚)?(?:要|得|需要|会)?(?:等|花|用)?(?:多久|多长时间|多少天|几天|几个月|几个工作日)(?:之内|以内|内)?|"
            r"什么时候|啥时候|何时|时限|期限|时间"
        ),
    ),
    (
        Aspect.MATERIALS,
        (
            r"(?:要|得|需要|该)?(?:带|准备|提供|交|提交|写|填|备)(?:些)?(?:什么|啥|哪些)(?:材料|东西|证件|手续|内容)?|"
            r"(?:什么|啥|哪些)(?:材料|证件|手续)|材料|证件|手续"
        ),
    ),
    (Aspect.WHERE, r"(?:在|去|到|上)(?:哪里?|哪儿|什么地方|啥地方)(?:办|交|提|申请|弄)?|地点|地址|哪里|哪儿"),
    (
        Aspect.WHO,
        r"(?:该|要|得)?(?:找|问|归|由)(?:谁|哪个部门|哪里|哪个单位|哪家)(?:管|办|负责|申请)?|谁(?:管|办|负责|来办|受理)|(?:由)?谁(?:来|去|会)?(?:告诉|通知|答复|回复)",
    ),
    (Aspect.COST, r"(?:要|得|收)(?:不要|不收|多少)?(?:钱|费)(?:吗|么)?|多少钱|收费|费用|免费"),
    (Aspect.SECRET, r"(?:会|能)?(?:不会)?(?:保密|泄露|被知道|泄密)(?:吗|么)?"),
    (Aspect.WHY, r"为什么|为啥|为何|凭什么|凭啥|什么原因"),
    (Aspect.HOW, r"(?:具体)?(?:怎么|如何|咋)(?:办|弄|申请|做|操作|提|交|走)?(?:理)?|流程|步骤"),
)
_LINKS = (
    r"这么久|那么久|这么慢|这么长时间|告诉|通知|出结果|出来|下来|拿到|收到|不行|不可以|不能|就是|提出|提交|提|那么?|然后|接着|还有|另外|再|请问|我|您|你们?|它|这个|那个|这种|这|申请|办理|办|的话|话|的|呢|啊|呀|吗|么|嘛|吧|了|又|是|都|一般|具体|大概|"
    r"需要|要|得|会|能|可以|有|对方|他们|单位"
)
_ONLY = made_of(f"{'|'.join(cue for _, cue in _CUES)}|{_LINKS}")
_COMPILED = tuple((aspect, re.compile(cue)) for aspect, cue in _CUES)
_STILL_AGAINST = made_of(
    r"那么?|要是|如果|假如|对|复查|复核|结果|意见|答复|之后|以后|了|再|还|又|仍然?|依然|是|我|的话|(?:不服|不满意|不同意|不认可)|"
    r"怎么办|咋办|咋整|呢|呀|啊|吗"
)
_AGAINST = re.compile(r"[再还又仍][^，。]{0,4}不[服满同认]|不(?:服|满意|同意|认可)[^，。]{0,2}(?:呢|怎么办|咋办|咋整)")
_LATE = made_of(
    r"那么?|要是|如果|假如|万一|一直|到时候?|到期|逾期|超期|超时|超过|过了|过|超|了|还|又|都|也|仍然?|期限|时间|时限|规定|这个|这|[0-9一二三四五六七八九十]+个?(?:天|日|月|年|工作日)|"
    r"不|没有?|人|给|我|答复|回复|回应|办完?|办好|办结|处理|受理|申请|提出?|交|结果|消息|动静|管|理|告诉|通知|"
    r"能|可以|行|会|怎么样|怎样|怎么办|咋办|咋整|咋弄|怎么弄|的话|再|来得及|吗|么|呢|呀|啊|不行"
)
_TOO_LATE = re.compile(r"一直|到时候|到期|逾期|超期|超时|超过|过了|超了|过期|还[^，。]{0,3}(?:不|没)")
_LATE_ASKS = re.compile(r"[吗么呢]$|怎么|咋|怎样|行不行")
_LONGEST = 16


def aspect_of(text: str) -> Aspect | None:
    """What about its subject ``text`` asks; None where it tells none of these."""
    bare = words_only(text)
    return next((aspect for aspect, cue in _COMPILED if cue.search(bare)), None)


def follows_up(text: str) -> bool:
    """Whether ``text`` asks about a subject that it does not name: 那要带什么材料, 多久呢, 在哪办."""
    bare = words_only(text)
    return len(bare) <= _LONGEST and aspect_of(bare) is not None and bool(_ONLY.fullmatch(bare))


def still_against(text: str) -> bool:
    """Whether ``text`` asks for the step after the one that was told: 再不服呢, 要是还不满意怎么办."""
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(_AGAINST.search(bare)) and bool(_STILL_AGAINST.fullmatch(bare))


def asks_of_lateness(text: str) -> bool:
    """Whether ``text`` asks what holds after the time that was told: 超过30天呢, 要是一直不答复呢."""
    bare = words_only(text)
    asked = len(bare) <= _LONGEST and _TOO_LATE.search(bare) and _LATE_ASKS.search(bare)
    return bool(asked and _LATE.fullmatch(bare))


def leans_on_the_last(text: str) -> bool:
    """Whether ``text`` names no subject of its own, in any of these ways."""
    return follows_up(text) or still_against(text) or asks_of_lateness(text)
