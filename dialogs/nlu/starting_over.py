"""The wish to begin again, with what was told dropped: 算了重新登吧."""

import re

from dialogs.text.clean import words_only
from dialogs.text.phrases import made_of

_LONGEST = 24
_ANEW = made_of(
    r"算了吧?|不行|那|还是|就|我|咱们?|想|要|先|都|请|麻烦|您|你|帮|给|能不能|可不可以|可以|得|让|哎呀?|唉|乱了|"
    r"(?:前面|刚才|刚刚|上面)?(?:说|写|填|登)?的?(?:都)?(?:不算|不要|作废|错)了?|(?:都)?(?:写|说|填|登|弄|搞)(?:错|乱)了|"
    r"重新(?:再)?(?:登记?|填写?|写|说|讲|来|开始|报|反映|弄|搞)|重(?:登|填|报|写|说|来)|从头(?:再)?(?:来|开始|登记?|说|填)|"
    r"清空|过|一下|一遍|一次|一个|一回|一份|吧|吗|行吗?|好吗?|了|呗|嘛|啊|呀"
)
_ANEW_CORE = re.compile(r"重新|重[登填报写说来]|从头|清空")


def starts_over(text: str) -> bool:
    """Whether somebody only says that what was told is to be dropped, and to be told anew."""
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(_ANEW_CORE.search(bare) and _ANEW.fullmatch(bare))
