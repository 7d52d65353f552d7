"""Whether a filer who is not content says why: only a reason opens a case again, a bare grade does not."""

import re

_COMMAND = re.compile(r"/\w+(\{.*\})?")
_GRADE = re.compile(
    r"(?:非常|十分|特别|比较|基本|还算|有点|很|极|太|大|挺|怎么|不)*满意"
    r"|[1-5一二两三四五]\s*(?:分|星)|[差好]评|评价|打分|评分"
)
_CASE_NUMBER = re.compile(r"[A-Za-z]{1,6}[\s-]?[0-9]{6}[\s-]?[0-9]{5,8}")
_FILLING = re.compile(
    r"[我对的了是给这那件个次]|办理|处理|结果|答复|意见|你们|工作|重新|再次?|请|申请|要求|我要|[\W_\d]"
)
_SHORTEST = 2


def words_of(text: str) -> str:
    """``text`` as the person's own words; a tapped button's payload is none."""
    return "" if _COMMAND.fullmatch(text.strip()) else text.strip()


def has_reason(words: str) -> bool:
    """Whether anything is said besides the grade itself."""
    rest = _FILLING.sub("", _GRADE.sub("", _CASE_NUMBER.sub("", words)))
    return len(rest) >= _SHORTEST
