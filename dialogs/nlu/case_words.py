"""What is said of a case that is open: that it takes too long, that it is settled, and which of several is meant."""

import re
from collections.abc import Sequence

from dialogs.nlu.kinds import things_in
from dialogs.nlu.places import find_place
from dialogs.nlu.worse import titles_of_what_got_worse
from dialogs.ports import CaseView
from dialogs.text.clean import words_only
from dialogs.text.ngrams import overlap

_LONGEST = 24
_TOLD = 40
_NUMBERS = r"(?:好几|[一二两三四五六七八九十几半\d])"
_IMPATIENT = re.compile(
    r"(?:我|俺|都|真的?|实在|也|再)*(?:不想|不能|没法|等)再?(?:等(?:下去)?|不[了及])了?(?:啊|呀)?|"
    r"(?>你们?|您|政府|到底|现在|是不是|就|都|还)*(?:不|没人)管(?>我们|我的事|我|这事|了|啊|吗|呢|吧)*|"
    rf"(?>这|都|已经|过去|有|又|等)*{_NUMBERS}+多?(?:天|个?月|周|个?星期|个?礼拜|年)(?:过去)?(?:了|啦)(?>还|都|没|有|一点|消息|动静|人|管|办|处理|啊|呢|了)*|"
    rf"(?>这|都|已经|过去|有|又|等了?)*{_NUMBERS}+多?(?:个?半?小时|个?半?钟头|分钟)(?:过去)?(?:了|啦)?(?>还|都|没|有|一点|消息|动静|人|管|办|处理|来|修|联系|我|啊|呢|了)*|"
    r"(?>怎么|咋|到底|到现在|现在|都|等了?半天|这么久)*(?:怎么|咋|到现在|还|一直|半天|这么久)都?没(?:有)?个?人(?>来|过来|上门|联系|打电话|回复?|理|管|问)(?>我们?|过|修|看|弄|处理|一下|吗|呢|啊|了|的)*|"
    r"(?>这|都|已经|过去|有|又|等)*[^，。]{0,3}(?:过了|超过?了?|过)(?:期限|时限|期|60天|15天)(?:了|啦)?(?>还|都|没|有|一点|消息|动静|人|管|办|处理|啊|呢|了)*"
)
_URGES = re.compile(
    r"(?>麻烦|请|你们?|您|帮|给|我|把|再|能不能|可以|赶紧|赶快|快点?|想|要|都|全部?|所有的?|两个|两件|几个|几件|这|那|个|件|事儿?|一起|的)*"
    r"(?:加急|催(?>催|一催|一催|一下|下|办|促|单|件)*)(?>这|那|两|几|所有|全部|个|件|事儿?|都|吧|啊|呗|吗|呀|嘛|了|行不行|可以|一下)*|"
    r"(?>麻烦|请|你们?|能不能|可以|帮我?|就|都|我的?|这|那|件|事儿?|案子)*(?:快点?|赶紧|赶快|抓紧|加快)(?:时间|点)?(?:给我?)?(?:办|处理|解决|修|弄)(?>一下|好|吧|啊|呗|吗|行不行|了)*|"
    r"(?>麻烦|请|你们?|您|那|能不能|可不可以|能否|可以|能|得|帮我?|就|都|再|给我|稍微?)*(?:搞|麻利)?(?:快|早)(?:一?[点些]|一下)儿?(?:办|弄|解决|处理|搞|来)?(?>吗|吧|呗|啊|行不行|行吗|好吗|可以吗|不|嘛|呀)*"
)
_URGES_THAT = re.compile(
    r"(?:麻烦|请|帮我?|再|给我|能不能)*催(?:一催|一下|催|下|办|促)(?:一下)?(.{2,8})|"
    r"(.{2,8}?)(?:的)?(?:那|这)?(?:个|件|事儿?)?(?:麻烦|请|帮我?|再|给我|能不能|也)*催(?:一催|一下|催|下|办|促)(?:一下|吧|呗|啊|吗)*"
)
_ALL = re.compile(r"都|全部?|所有|两[个件]|几[个件]|一起")
_HAS_WAITED = re.compile(
    rf"(?:{_NUMBERS}+(?:个?多|多)?(?:天|个?半?月|周|个?星期|个?礼拜|年)|好久|老长时间|这么久|那么久)[^，。]{{0,12}}?(?:还|都|也|一直|就)?(?:没有?|不)(?:人)?"
    r"(?:给|来)?(?:办|处理|解决|修|弄|结果|消息|动静|答复|回复|下文|回音|说法|管|到位)"
)
_OF_HANDLING = re.compile(
    r"上次|上回|上一回|之前|以前|办结|结案|结了|完事|你们?(?:说|讲|回复|答复|写)|说(?:是)?(?:已经)?(?:修|办|处理|解决|弄)[好完]?|"
    r"根本没|压根没|没(?:真正|彻底|修|弄|解决|处理)[^，。]{0,2}好?|白修|返工"
)
_FORGOT_FILES = re.compile(
    r"(?>我|俺|刚才|刚刚|还|有|那|个|几|一|两|张|段|份|点|些|的|忘了?|忘记了?|漏了?|少|没|想|要|再|可以|能|后来|才|找到|拍到?|拍了)*(?:照片|图片|相片|视频|录音|材料|证据|截图|图)"
    r"(?>我|刚才|刚刚|还|没|忘了?|忘记了?|漏了?|没有|要|想|再|补|上|发|传|交|给|你们?|过去|过来|一下|了|能|可以|吗|吧|呢|在哪|怎么|咋)*|"
    r"(?>我|俺|想|要|再|能|可以)*(?:补|补发|补传|补交|再发|再传|加)(?>一|几|两|个|张|段|份|点|些)*(?:照片|图片|相片|视频|录音|材料|证据|截图|图)(?>吗|吧|呢|行|可以|不)*"
)
_MISSING_FILES = re.compile(r"忘|漏|补|再[发传]|没[发传]|还有|少[发传]|后来|才")
_CODE = re.compile(
    r"(?>那|我|俺|的|你们?|那个|这个|请问|呢)*(?:查询码|查询密码|密码|编号|单号|受理号|案号|工单号)(?>呢|是|多少|什么|啥|在哪里?|在哪儿|去哪|找|看|怎么|咋|忘了?|忘记了?|记不得|不记得|记不住|想不起来?|丢了?|没了|没记|没保存|找不[到着]|不见了?|再发|再给|发|给|我|一遍|一下|一次|了|呀|啊|吗|能|可以|办|怎么办)*|"
    r"(?>我|俺)*(?:忘了?|忘记了?|记不得|不记得|记不住|想不起来?|丢了?|没记|没保存|找不[到着]|弄丢了?)(?>我|的|那|个|我的)*(?:查询码|编号|单号|受理号|案号|工单号)(?>了|怎么|咋|办|呢|啊|吗)*"
)
_NO_NUMBER = re.compile(
    r"(?>那|可是|但是?|我|俺|这里|手里|手上|根本|也|都|压根|从来|就|又|呢|的|什么|啥|个)*(?:没有?|没给我?过?|不知道|没收到过?|不晓得|没人给我?过?)(?>我|的|什么|啥|那个|任何)*"
    r"(?:查询码|编号|单号|受理号|案号|工单号|号码?)(?>和|或者|、|查询码|编号)*(?>呀|啊|呢|的|了|怎么办|咋办|怎么查|怎么|能查|可以查|查|吗|么|哦)*"
)
_ASKS_FOR_CODE = re.compile(r"查询|编号|单号|受理号|案号|工单")
_NEW_NUMBER = re.compile(
    r"^(?:我|俺)?(?:已经)?(?:换|改)号码?了|(?:手机号?码?|电话(?:号码)?|号码|联系方式|联系电话)[^，。？?]{0,8}?(?:换|改|变|停用|停机|不用|打不通|注销|错|新的)|(?:换|改|变|更换|更新)(?:了|个|一?下|成)?(?:我的)?(?:新)?(?:手机号?码?|电话(?:号码)?|号码|联系方式|联系电话)"
)
_A_NUMBER = re.compile(
    r"(?=\D)(?:(?:打|用|留|记|写|联系)(?:这个|我的?)?)?(?:(?:我|俺)的?)?(?:联系)?(?:手机|电话|方式|号码?)*(?:就?是|[为:：])?1[3-9]\d{9}(?:这个号码?)?(?:吧|就行)?"
)
_WHOSE = re.compile(
    r"物业|老板|对方|他们|单位|公司|邻居|施工|客服|房东|商家|派出所|村|学校|医院|营业厅|移动|联通|电信|打不通"
)
_SETTLED = re.compile(
    r"(?:修|弄|办|处理|搞|换|通|装|补|盖|清|接|焊|刷)(?:好|完|上)了|解决了|已经(?:修|通|换|清理|恢复|发)(?:好|完|水|电|下来)?了"
)
_DROPPED = re.compile(
    r"不用(?:再|你们)?(?:办|处理|管|查|弄)了|(?:^|[的了就那把件个我请想要])撤(?:了|掉|回|销)?吧?(?:不用(?:了|办了|管了|麻烦了)|谢谢|不弄了|不办了|(?:已经|都|他们|人家|物业|因为|来|给)*(?:修|弄|处理|解决|搞)(?:好|完)?了)?$"
)
_ASKS_BACK = re.compile(
    r"(?:能|可以|怎么|如何|咋)(?:不能|不可以)?(?:再|给我|帮我|把.{1,8})?(?:撤(?!的)|收回|取消)|(?:收回|取消|撤掉?)(?:刚才|上面|前面)|"
    r"(?:刚才|刚刚|上面|前面)(?:的|那个|那件|登记的|反映的|提交的|投诉的)+[\u3400-\u9fff]{0,6}?(?:不要了|不算了?|作废|取消|收回|别办了?|不办了|撤)"
)
"""我刚才那个能撤吗: what it asks is confirmed before it is done."""
_NOT_YET = re.compile(r"没|不能|不行|不好|又|还|但|可是|吗|怎么|什么|谁|一半|[不别唔莫]撤|呢")
_NAMING = re.compile(
    r"[^\u3400-\u9fff]|我们?|俺们?|你们?|您|的|了|那|这|个|件|事情?|事儿|情况|问题|反映|投诉|举报|登记|诉求|提交|上次|上回|之前|以前|昨天|"
    r"前天|查|看|问|一下|怎么|怎样|样|咋|如何|进度|进展|结果|处理|办理|办|解决|到哪|什么|多久|时候|有没有|没有?|还|在|是|给|把|想|要|请|帮"
)
"""What names no case; the rest may."""
_LAST = re.compile(r"(?:刚才|刚刚|上面|前面)(?:的|那个|那件|登记的|反映的|提交的|投诉的)")
_SAME_LONGEST = 16
_WRONG = (
    r"(?:坏|灭|不亮|堵|漏|停|断|塌|响|吵|臭|黑|冒|积水|没水|没电|不[通转动制热修管行]|没[修弄人管]|"
    r"老样子|那样|这样|开始)"
)
_THE_SAME = re.compile(
    rf"(?:唉|哎|你好|您好|我|俺|说的?|反映的?|登记的?|上次|上回|之前|那个|这个|那盏|这盏|那|这|的)*[\u3400-\u9fff]{{0,6}}?(?:昨晚|昨天|今天|早上|晚上|现在)?(?:又|还是|仍然?|再次|依然)(?:给)?{_WRONG}[了啦啊呀的水电]*|"
    r"(?:唉|哎|你好|您好|我说的?|我反映的?)*还是(?:上次|之前|上回|昨天|前天|以前|我)?(?:那|这|说的|反映的|的)(?:个|件|盏|处|条|台)?[\u3400-\u9fff]{1,8}?[啊呀吧了]*"
)
_THAT_ONE = re.compile(
    r"(?:查|看)?(?P<words>.{1,10}?)(?:的)?[那这](?:个|件)(?:件|事儿?|案子)?(?:呢|吧|啊|怎么样了?|到哪了?)?"
)
_OTHER_ONE = re.compile(
    r"(?:那|还有)?(?:另外?一?|另外那|别的那|其他那)(?:个|件)(?:件|事儿?|案子)?(?:呢|怎么样了?|到哪了?|查一下|看看)?"
)
_SAYS_NOTHING = re.compile(
    r"已经|他们|人家|不用|不想|不要|想|能不能|能|可以|怎么|反映|登记|提交|作废|取消|收回|刚才|上面|前面|不算|算了|吗|么|不|修好|弄好|办好|处理|解决|谢谢|感谢|你们|我们|那个|那件|这个|这件|撤回|撤掉|是的|好的|物业|现在|今天|昨天|刚刚|"
    r"投诉|案子|[要的了吧啊呢件事就都撤办管给来是好把刚再也我您]"
)


def is_impatient(text: str) -> bool:
    """Whether a short text only says that a case takes too long."""
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(_IMPATIENT.fullmatch(bare))


def urges(text: str) -> bool:
    """Whether a short text only wants a case to be pressed for: 催一下, 两个都催一下."""
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(_URGES.fullmatch(bare))


def urged_matter(text: str) -> str:
    """The words that say which case is to be pressed for: 催一下漏水的, 路灯那个再催催."""
    found = _URGES_THAT.fullmatch(words_only(text))
    return next((words for words in found.groups() if words), "") if found else ""


def of_all(text: str) -> bool:
    """Whether all cases are meant."""
    return bool(_ALL.search(words_only(text)))


def has_waited(text: str) -> bool:
    """Whether it is said how long nothing was done: 都两个半月了工资的事还没办好."""
    return len(words_only(text)) <= _TOLD and bool(_HAS_WAITED.search(text))


def of_handling(text: str) -> bool:
    """Whether the words are about how an earlier case was handled: 上次根本没修好."""
    return len(words_only(text)) <= _TOLD and bool(_OF_HANDLING.search(text))


def forgot_files(text: str) -> bool:
    """Whether somebody only says that a picture was forgotten, or is to follow: 照片忘了发."""
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(_FORGOT_FILES.fullmatch(bare) and _MISSING_FILES.search(bare))


def asks_for_code(text: str) -> bool:
    """查询码呢; 编号忘了怎么办."""
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(_CODE.fullmatch(bare) and _ASKS_FOR_CODE.search(bare))


def of_the_same(text: str) -> bool:
    """又坏了; 还是那个路灯; 路灯又不亮了: of something that was told before, as whoever knows it speaks."""
    bare = words_only(text)
    return bool(len(bare) <= _SAME_LONGEST and _THE_SAME.fullmatch(bare)) or titles_of_what_got_worse(text) is not None


def names_last(text: str) -> bool:
    """刚才那个不要了: the one of just now, whatever it is called."""
    return bool(_LAST.search(words_only(text))) and not things_in(text)


def kin_of(text: str, cases: Sequence[CaseView]) -> list[CaseView]:
    """The cases that such words may mean: of the thing that they name, where none is named all, and not elsewhere."""
    if titles := titles_of_what_got_worse(text):
        return [case for case in cases if case.open and titles.search(case.title)]
    things, place = things_in(text), find_place(text)
    return [
        case
        for case in cases
        if (case.open or case.answered) and (not things or things & things_in(case.title))
        if not place or overlap(place.value, case.title) > 0
    ]


def the_one_named(text: str, cases: Sequence[CaseView]) -> CaseView | None:
    """The one case whose title alone has something that the words name: 我反映的那个食堂的事; None where not one."""
    pairs = {run[at : at + 2] for run in _NAMING.split(words_only(text)) for at in range(len(run) - 1)}
    named = [case for case in cases if any(pair in case.title for pair in pairs)]
    return named[0] if len(named) == 1 and len(cases) > 1 else None


def has_no_number(text: str) -> bool:
    """没有编号; 我也不知道编号啊."""
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(_NO_NUMBER.fullmatch(bare))


def changes_number(text: str) -> bool:
    """Whether the filer has another telephone number now."""
    bare = words_only(text)
    return len(bare) <= _TOLD and bool(_NEW_NUMBER.search(text)) and not _WHOSE.search(bare)


def gives_number(text: str) -> bool:
    """Whether a text says at which mobile number to be called, and nothing else; a number alone says less."""
    return bool(_A_NUMBER.fullmatch(re.sub(r"[\s，,。-]", "", text)))


def is_settled(text: str) -> bool:
    """Whether a short text says that what was wrong is put right."""
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(_SETTLED.search(bare)) and not _NOT_YET.search(bare)


def is_dropped(text: str) -> bool:
    """Whether a short text takes a case back in other words than 撤回."""
    bare = words_only(text)
    if len(bare) > _LONGEST:
        return False
    return bool(_ASKS_BACK.search(bare) or (_DROPPED.search(bare) and not _NOT_YET.search(bare)))


def that_one(text: str) -> str:
    """The words that choose one of several cases ("工资那个")."""
    found = _THAT_ONE.fullmatch(words_only(text))
    return found["words"] if found else ""


def is_the_other(text: str) -> bool:
    return bool(_OTHER_ONE.fullmatch(words_only(text)))


def meant(text: str, cases: Sequence[CaseView]) -> list[CaseView]:
    """The cases whose title has a word of the text; all of them where the text names nothing."""
    rest = _SAYS_NOTHING.sub("", words_only(text))
    words = {rest[at : at + 2] for at in range(max(len(rest) - 1, 1))}
    return [case for case in cases if not rest or any(word in case.title for word in words)]
