"""What is said of a case that is open: that it takes too long, that it is settled, and which of several is meant."""

import re
from collections.abc import Sequence

from dialogs.nlu.clean import words_only
from dialogs.ports import CaseView

_LONGEST = 24
_NUMBERS = r"(?:好几|[一二两三四五六七八九十几半\d])"
_IMPATIENT = re.compile(
    r"(?>你们?|您|政府|到底|现在|是不是|就|都|还)*(?:不|没人)管(?>我们|我的事|我|这事|了|啊|吗|呢|吧)*|"
    rf"(?>这|都|已经|过去|有|又|等)*{_NUMBERS}+多?(?:天|个?月|周|个?星期|个?礼拜|年)(?:过去)?(?:了|啦)(?>还|都|没|有|一点|消息|动静|人|管|办|处理|啊|呢|了)*|"
    r"(?>麻烦|请|你们?|帮|给|我|再|能不能|赶紧)*催(?>催|一催|一下|下|办|促)*(?>这个|那个|件|吧|啊|呗|吗)*"
)
_SETTLED = re.compile(
    r"(?:修|弄|办|处理|搞|换|通)(?:好|完)了|解决了|已经(?:修|通|换|清理|恢复|发)(?:好|完|水|电|下来)?了"
)
_DROPPED = re.compile(r"不用(?:再|你们)?(?:办|处理|管|查|弄)了|(?:^|[的了就那把件个])撤(?:了|掉|回)?吧?$")
_ASKS_BACK = re.compile(
    r"(?:能|可以|怎么|如何|咋)(?:不能|不可以)?(?:再|给我|帮我|把.{1,8})?(?:撤(?!的)|收回|取消)|(?:收回|取消|撤掉?)(?:刚才|上面|前面)|"
    r"(?:刚才|刚刚|上面|前面)(?:的|那个|那件|登记的|反映的|提交的|投诉的)+[\u3400-\u9fff]{0,6}?(?:不要了|不算了?|作废|取消|收回|别办了?|不办了|撤)"
)
"""我刚才那个能撤吗: what it asks is confirmed before it is done."""
_NOT_YET = re.compile(r"没|不能|不行|不好|又|还|但|可是|吗|怎么|什么|谁|一半|[不别唔莫]撤|呢")
_THAT_ONE = re.compile(
    r"(?:查|看)?(?P<words>.{1,10}?)(?:的)?[那这](?:个|件)(?:件|事儿?|案子)?(?:呢|吧|啊|怎么样了?|到哪了?)?"
)
_OTHER_ONE = re.compile(
    r"(?:那|还有)?(?:另外?一?|另外那|别的那|其他那)(?:个|件)(?:件|事儿?|案子)?(?:呢|怎么样了?|到哪了?|查一下|看看)?"
)
_SAYS_NOTHING = re.compile(
    r"已经|不用|不想|不要|想|能不能|能|可以|怎么|反映|登记|提交|作废|取消|收回|刚才|上面|前面|不算|算了|吗|么|不|修好|弄好|办好|处理|解决|谢谢|感谢|你们|我们|那个|那件|这个|这件|撤回|撤掉|是的|好的|物业|现在|今天|昨天|刚刚|"
    r"投诉|案子|[的了吧啊呢件事就都撤办管给来是好把刚再也我您]"
)


def is_impatient(text: str) -> bool:
    """Whether a short text only says that a case takes too long."""
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(_IMPATIENT.fullmatch(bare))


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
