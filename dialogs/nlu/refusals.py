"""No, where a name or a number is asked for: in courtesies and dialects, 不用了谢谢, 唔使, 莫得, 电话就算了."""

import re

from dialogs.text.clean import words_only
from dialogs.text.phrases import made_of

_LONGEST = 20
_IT = r"手机号码?|手机|电话号码?|电话|電話|号码?|联系方式|名字|姓名"
_NO = (
    r"不用|不要|不必|不需要|没必要|用不着|用不到|不想|不愿意?|不便|不方便|不得行|不得|不行|不中|不可以|不能|不敢|不肯|不好|不|唔使|唔要|唔想|唔得|唔留|唔畀|唔俾|唔方便|"
    r"冇得|冇有|冇|莫得|没得|么得|木得|木有|没有|没|无|甭|莫|免"
)
_AROUND = (
    r"留|给|畀|俾|写|填|说|讲|提供|告诉|登|搞|整|了|啦|喇|咯|啊|哈|嘛|吧|哦|呀|呢|噻|的|嘞|哒|我|俺|额|"
    r"你们?|您|都|也|就|那|还是|这个|那个|再|先|谢谢|多谢|谢|唔该|麻烦|嗯|哎|好意思|对不起|暂时|可以|行|得"
)
_REFUSES = made_of(f"{_IT}|{_NO}|{_AROUND}|算了|跳过|略|过")
_SAYS_NO = re.compile(rf"{_NO}|跳过|^略|(?:{_IT})[都也就]*算了")
_BARE = re.compile(r"(?:不|没)[了啊呀吧嘛的]*")
"""不 alone: where a number was offered it may mean another one."""
_AGREES = re.compile(r"没问题|不客气|不好意思$|(?<![不冇莫没唔么木得])(?:可以|行|得)[的吧啊呀嘛哦]*$")
_NO_TELEPHONE = re.compile(
    rf"(?:我|俺|额|屋里|家里)*(?:{_IT})(?:都|也|嘛|是|就)*(?:没有?|没得|莫得|冇得?|么得|木有|木得|用不来|唔识用)[了啊哦嘛呀]*|"
    r"(?:我|俺|额|老人家?)*(?:不会|用不来|不得|唔识|唔会|没得|没有?|不晓得)(?:用|打|使|玩|弄)(?:手机|电话|电話|老年机)[了啊哦嘛呀]*"
)


def refuses(text: str, *, bare: bool = True) -> bool:
    """Whether a short text says no to what is asked, and nothing else; ``bare``: a 不 alone counts."""
    said = words_only(text)
    if not said or len(said) > _LONGEST or (not bare and _BARE.fullmatch(said)):
        return False
    no = _REFUSES.fullmatch(said) and _SAYS_NO.search(said) and not _AGREES.search(said)
    return bool(no)


def has_no_telephone(text: str) -> bool:
    """手机都莫得, 唔识用电话."""
    said = words_only(text)
    return len(said) <= _LONGEST and bool(_NO_TELEPHONE.fullmatch(said))
