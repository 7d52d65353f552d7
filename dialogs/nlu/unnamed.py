"""Not wanting to be known as the one who reports: the wish, the question who will know, and giving up for fear."""

import re

from dialogs.nlu.others_names import name_to_go
from dialogs.text.clean import words_only
from dialogs.text.phrases import made_of

_OTHERS = (
    r"(?:别人|旁人|人家|任何人|人|他们|她们|他|对方|谁|物业|单位|"
    r"村里|领导|邻居|老板|村长|支书|书记|主任|校长|队长|镇长|厂长|"
    r"学校|老师|医院|公司|厂里|社区|居委会|村委会|开发商|房东|店家|商家|被(?:举报|投诉|反映)的?(?:人|单位|一方)?)"
)
_KNOW = r"(?:知道|晓得|看到|看见|认出|发现|查到|猜到)"
_NO_NAME = re.compile(
    r"(?:不要|不想|不愿意?|不用|不能|不敢|不|别|莫)再?(?:写|留|说|登|填|署|露|提|透露|暴露|显示|用|出现|公开)"
    r"(?:上|出)?(?:我|俺)?的?(?:真实|真)?(?:姓名|名字|名|身份)|"
    r"(?:不要|不想|不愿意?|不用|不敢|不|别|莫)(?:再)?(?:写|留|说|提|透露|暴露|公开|出现)(?:是)?(?:我|俺)(?:是谁|这个人)?|"
    r"(?:不要|不想|不愿意?|不能|不敢|别|莫)(?:露面|出面|露名|实名|具名|署名)"
)
_UNKNOWN = re.compile(
    rf"(?:不要|不想|不愿意?|不能|不|别|莫)(?:再)?(?:让|给|叫|被|使|告诉){_OTHERS}{{0,2}}{_KNOW}了?"
    r"(?:(?:是)?(?:我|俺|谁)(?:说|反映|投诉|举报|告|讲)?的?)?"
)
_WHOM = r"[^，,。；;！!？?\n]{0,8}?"
_STOPS = r"(?=$|[，,。；;！!？?\n])"
_SECRET = re.compile(
    rf"(?:千万)?(?:别|不要|莫|甭|勿|不想|不能|不愿意?|不可以)再?(?:让|给|叫|被|使){_WHOM}{_KNOW}(?:了|到)?"
    rf"(?:{_STOPS}|(?:就|这|那)?(?:是|到)?(?:我|俺|谁)[^，,。；;！!？?\n]{{0,6}}{_STOPS})|"
    r"(?:千万)?(?:别|不要|莫|甭|勿|不想|不能)再?(?:把)?[^，,。；;！!？?\n]{0,8}?"
    rf"(?:告诉|透露给|泄露给|说给|通知|转给|交给|传给){_WHOM}(?:我|俺)?{_STOPS}|"
    rf"(?:千万)?(?:别|不要|莫|甭|勿|不能|不想)再?(?:跟|对|和|向)?{_WHOM}(?:说|讲|提|透露|写)(?:出去|出来)?(?:这|那|就|事)?(?:是|到)"
    rf"(?:我|俺|谁)(?:举报|反映|投诉|检举|告|说|讲)的?{_STOPS}|"
    r"(?:替|给|帮|为)(?:我|俺|咱)保密|(?:请|要|要求|希望|麻烦|必须|一定要?)(?:你们?|您)?(?:替|给|帮|为)?(?:我|俺)?保密"
)
"""别让支书知道是我告的; 物业不让业主知道账目 goes on and is a matter."""
_AROUND = made_of(
    r"还是|反映|登记|提交|吧|能不能|可不可以|可以|能|行不行|行吗|行|好吗|好|吗|我|俺|请|麻烦|你们|你|那|就|先|了|啊|呀|嘛|哈|但是|但|也|的|要|就行|希望|求|千万|是|说|这|嗯|对了|等等|等下|算了"
)
_WHO_KNOWS = re.compile(
    rf"(?:不会|会不会|能保证不|(?<![委协工学商])会)(?:真的?)?(?:去)?告诉{_OTHERS}{{1,2}}(?:吗|吧|的|啊|呀|么)*$|"
    rf"(?:不会|会不会|会|能保证不|保证不)(?:真的?)?(?:让|给|被|告诉|跟|对){_OTHERS}{{0,2}}(?:说|讲)?(?:{_KNOW}|(?:这)?是?[我俺]|是谁)|"
    rf"{_OTHERS}(?:会不会|不会|会|能不能|能){_KNOW}|(?:姓名|名字|身份|信息).{{0,6}}(?:公开|泄露|泄漏|透露|{_KNOW})"
)
_OWN = r"(?:电话|手机|号码|名字|姓名|信息|资料|身份|内容|材料|隐私|举报信|[我俺](?:反映|举报|投诉|登记|说|写|填|留)的)"
_WHO = r"(?:谁|哪些人|什么人|啥人|哪个|哪些单位|哪些部门)"
_WILL = r"(?<![委工协学商])不?会"
"""Not the end of 居委会."""
_WHO_SEES = re.compile(
    rf"{_OWN}.{{0,8}}{_WHO}(?:都|能|会|可以|才)*(?:{_KNOW}|看|查|用)|{_OWN}.{{0,6}}(?:给|让){_WHO}|"
    rf"{_WHO}(?:都|能|会|可以|才)*(?:{_KNOW}|看|查得?到).{{0,6}}{_OWN}|"
    rf"(?:会不会|能不能|是不是|{_WILL})(?:(?:把|将)?[我俺].{{0,3}}|把|将)?{_OWN}.{{0,4}}(?:告诉|透露|泄露|公开|说出去|传出去|给).*[吗吧么不没]$|"
    rf"会不会(?:(?:把|将)?[我俺].{{0,3}}|把|将)?{_OWN}.{{0,4}}(?:告诉|透露|泄露|公开|说出去|传出去|给)"
)
_TRACED = re.compile(
    r"(?:你们?|您|政府|信访局|这里|这边|系统|那)*(?:会不会|能不能|是不是|能否|可不可以|会|能|可以|要)?(?:去|来|在|再|还|偷偷|背后|要|也)*"
    r"(?:查|追查|追踪|定位|调查|查看|看|监控|跟踪|找)(?:得?到|出来?|得出|一下)?(?:我|俺)(?:们)?的?"
    r"(?:微信(?:号|名|头像|昵称|朋友圈)?|qq号?|微博|ip(?:地址)?|个人信息|手机号?|电话|号码|账号|帐号|定位|位置|身份(?:证)?|真名|真实姓名|聊天记录|住址|是谁|住哪[里儿]?|单位|人)?(?:来|出来)?(?:吗|么|吧|不|嘛|没)?",
    re.IGNORECASE,
)
_SEEN = re.compile(
    r"(?:我?(?:还是)?(?:不|有点不|不太)放心)?(?:我的?|俺的?)(?:微信(?:号|名|头像)?|qq|微博|手机号?|号码|ip|账号|头像|昵称)(?:你们?|您|这边|后台|政府)?"
    r"(?:都|是不是|会不会|能不能|能|会|可以)*(?:看|查|认)(?:得|不)?(?:到|见|出来?)(?:吗|么|吧|不|嘛|没有?)?",
    re.IGNORECASE,
)
"""我的微信你们能看到吗."""
_TRACES = re.compile(r"会不会|能不能|是不是|能否|可不可以|[吗么吧不嘛没]$")
"""你们会不会查我微信号."""
_VOUCHED = re.compile(
    r"(?:那|这)?(?:你们?|您|这里|这样)?(?:真的?|能|会|敢|可以|说|一定|到底|真能|绝对)*"
    r"(?:(?:给|替|帮)[我俺])?(?:能?保证|能?保密|能?保证不(?:泄露|透露|外传|说出去)|不(?:泄露|外传)|靠谱|信得过|安全)(?:得了|得住|的|得)?(?:吗|么|不|吧|嘛|啵|没)(?:会保密)?"
)
_PASSED_ON = re.compile(
    rf"(?:会不会|{_WILL}|能不能|是不是|要不要)(?:又|再|还是?|把|将|给)*[^，,。]{{0,8}}?(?:(?:转|交|发|送|反馈|移交)办?(?:给|到|去)|(?:转|退|送|打)回去?)[^，,。]{{1,10}}|"
    rf"(?:会不会|{_WILL}|能不能|是不是)(?:还是|又|再)?(?:让|由|派|叫|交)[^，,。]{{1,8}}?(?:来|去)?(?:查|办|处理|管|调查|核实)|"
    r"(?:会|要|是|得)(?:被)?(?:转|交|送)(?:给|到)(?:哪|谁|什么)"
)
"""Asks who will deal with it: 你们会不会把材料转给派出所."""
_WHERE_TO = re.compile(r"哪|谁|什么")
_ASKS = re.compile(r"[吗吧么不没]$|会不会|能不能|是不是")
_GIVES_UP = re.compile(r"算了|(?:不|别)(?:敢)?(?:说|反映|登记|投诉|举报|弄|告|提|写)了|不敢(?:说|反映|投诉|举报|告)")
_FEARS = re.compile(r"怕.{0,12}(?:报复|打击|穿小鞋|找(?:我|上门|麻烦)|知道|整我|惹|得罪|收拾)|报复|穿小鞋")
_DARES_NOT = re.compile(
    r"不敢再?(?:说|反映|投诉|举报|告|登记|弄|提)了|算了.{0,4}不敢|(?:^|[我俺也就还是])不敢再?(?:说|反映|投诉|举报|告|登记)[啊呀吧]?$"
)
_AFRAID = re.compile(
    r"(?:怕|担心|顾虑|万一)[^，,。；;！!？?\n]{0,10}(?:报复|打击|穿小鞋|找(?:我|俺|上门|麻烦)|知道|整(?:我|俺)|惹|得罪|收拾|记恨|使绊子|传出去)(?:[我俺人事]|麻烦|上|他们?|[我俺]?家|是[我俺][^，,。]{0,4})?"
)
_AFRAID_AROUND = made_of(
    r"我|俺|咱|们|就|是|有点儿?|有些|也|还|真|实在|很|特别|主要|但是?|可是?|心里|说实话|说真的|不敢说?|啊|呀|呢|嘛|的|了|吧|哎|唉|嗯|别|到时候|以后|回头"
)
_LEAVES = r"(?:留|写|登|填|给|说|提供|告诉)(?:下|上|一?个|我的?|你们?)*"
_NAME = r"(?:真实|真)?(?:姓名|名字|名儿|名)"
_PHONE = r"(?:联系)?(?:电话|手机|号码|联系方式)(?:号码?)?"
_MAY = r"(?<![不没])(?:可以|能|愿意|敢)"
_LEAVES_NAME = re.compile(
    rf"{_MAY}{_LEAVES}{_NAME}(?![吗么不吧])|{_NAME}(?:我|倒|也|是|都)*{_MAY}(?:留|写|登|填|给|说|提供|告诉)(?:你们?)?(?![吗么不])"
)
_LEAVES_PHONE = re.compile(
    rf"(?:{_MAY}|(?<!不)[只光就])+{_LEAVES}{_PHONE}(?![吗么])|{_PHONE}(?:我|倒|也|是|都)*(?:{_MAY}(?:留|写|登|填|给)(?:下|着)?|留下|留着)|"
    rf"{_PHONE}(?:是|为)?1\d{{10}}"
)
_REFUSES_NAME = re.compile(
    rf"(?:不(?:想|愿意?|便|方便|能|用|敢|要)?|别)再?{_LEAVES}{_NAME}|"
    rf"{_NAME}(?:我|就|还是)*(?:不|别)(?:想|愿意?|便|方便|能|用|敢|要)?再?(?:留|写|登|填|给|说|提供)了?|匿名"
)
_BETWEEN = 6
"""Characters: what may stand between the two, as 了但是我."""
_OF_BEING_KNOWN = re.compile(rf"名字|姓名|名儿|身份|报复|认出|暴露|保密|{_OTHERS}.{{0,4}}(?:知道|晓得)|知道.{{0,2}}我")
_SECRET_ONLY = re.compile(r"^(?!.*(?:匿名|名字|姓名|[留署]名)).*保密")
"""Who asks for secrecy may leave a name."""
_LONGEST = 30
_WISHES_NO_NAME = re.compile(
    r"(?:但是?|所以|那|我|能不能|可不可以|可以|能|想|要|希望|请|申请|选择?)*匿名(?:举报|反映|登记|投诉|提交)?(?:行吗|吗|吧|可以吗|行不行|处理)?"
)


def wants_no_name(text: str) -> bool:
    """Whether a text says this and nothing else: 不要写我的名字, 别让他们知道是我说的, 能不能不写名字."""
    bare = words_only(text)
    if len(bare) > _LONGEST or leaves_name(text) or leaves_only_phone(text) or asks_only_for_secrecy(text):
        return False
    found = _NO_NAME.search(bare) or _UNKNOWN.search(bare)
    rest = bare[: found.start()] + bare[found.end() :] if found else "x"
    return not rest or bool(_AROUND.fullmatch(rest))


def asks_who_knows(text: str) -> bool:
    """真不会让人知道吧."""
    bare = words_only(text)
    if len(bare) > _LONGEST:
        return False
    known = _WHO_KNOWS.search(bare) and _ASKS.search(bare)
    return bool(known or _WHO_SEES.search(bare) or _VOUCHED.fullmatch(bare))


def asks_if_traced(text: str) -> bool:
    """Whether somebody asks if they will be looked up: 你们会不会查我微信号."""
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool((_TRACED.fullmatch(bare) and _TRACES.search(bare)) or _SEEN.fullmatch(bare))


def asks_who_handles(text: str) -> bool:
    """会不会让镇里来查这件事."""
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(_PASSED_ON.search(bare) and (_ASKS.search(bare) or _WHERE_TO.search(bare)))


def asks_only_for_secrecy(text: str) -> bool:
    """保密啊，别让他们知道是我: others shall not know; that no name is left is not said."""
    return bool(_SECRET_ONLY.search(text))


def wishes_secrecy(text: str) -> bool:
    """Whether others shall not know, said anywhere in a text: 别让支书知道是我告的."""
    return bool(_SECRET.search(text))


def wishes_to_stay_unnamed(text: str) -> bool:
    """Whether somebody says no more than that they stay anonymous, or would: 那我匿名, 可以匿名举报吗."""
    return bool(_WISHES_NO_NAME.fullmatch(words_only(text)))


def only_wishes_secrecy(text: str) -> bool:
    """Whether a text, or a clause, says that and nothing else but that the name may be left."""
    bare = _LEAVES_NAME.sub("", words_only(text))
    found = _SECRET.search(bare) if len(bare) <= _LONGEST else None
    rest = bare[: found.start()] + bare[found.end() :] if found else "x"
    return not rest or bool(_AROUND.fullmatch(rest))


def leaves_name(text: str) -> bool:
    """Whether somebody says that they do leave their name: 我可以留名字."""
    return bool(_LEAVES_NAME.search(words_only(text)))


def leaves_only_phone(text: str) -> bool:
    """Whether no name is left, but a number is: 不想留名字，但可以留个电话."""
    bare = words_only(text)
    refusals = list(_REFUSES_NAME.finditer(bare))
    numbers = [found.span() for found in _LEAVES_PHONE.finditer(bare)] if refusals else []
    for refused in refusals:
        if any(
            -_BETWEEN <= start - refused.end() <= _BETWEEN or 0 <= refused.start() - end <= _BETWEEN
            for start, end in numbers
        ):
            return True
    return False


def only_what_is_left(text: str) -> bool:
    """Whether a text, or a clause, only says which of name and number are left, and which are not."""
    bare = words_only(text)
    rest = _LEAVES_PHONE.sub("", _LEAVES_NAME.sub("", _REFUSES_NAME.sub("", bare)))
    return rest != bare and len(bare) <= _LONGEST and (not rest or bool(_AROUND.fullmatch(rest)))


def fears_others(text: str) -> bool:
    """Whether somebody says anywhere that they fear what others do when they know: 怕他找我麻烦."""
    return bool(_AFRAID.search(text))


def only_fears(text: str) -> bool:
    """Whether a text says that and nothing else: 怕被报复."""
    bare = words_only(text)
    found = _AFRAID.search(bare) if len(bare) <= _LONGEST else None
    rest = bare[: found.start()] + bare[found.end() :] if found else "x"
    return not rest or bool(_AFRAID_AROUND.fullmatch(rest))


def gives_up_for_fear(text: str) -> bool:
    """算了不说了，怕他们报复; 算了不敢说了."""
    bare = words_only(text)
    afraid = _DARES_NOT.search(bare) or (_GIVES_UP.search(bare) and _FEARS.search(bare))
    return len(bare) <= _LONGEST and bool(afraid)


def speaks_of_being_known(text: str) -> bool:
    return len(words_only(text)) <= _LONGEST and bool(_OF_BEING_KNOWN.search(text))


def only_of_ones_name(text: str) -> bool:
    """Whether a text says who shall not know, or asks who will, and tells of no fear beside it."""
    known = wants_no_name(text) or asks_who_knows(text) or asks_if_traced(text) or name_to_go(text)
    return bool(known) and not _FEARS.search(text)


def is_of_being_known(text: str) -> bool:
    """Any of those that are answered the same at every question."""
    return (
        wants_no_name(text)
        or asks_who_knows(text)
        or asks_if_traced(text)
        or asks_who_handles(text)
        or only_fears(text)
        or gives_up_for_fear(text)
    )
