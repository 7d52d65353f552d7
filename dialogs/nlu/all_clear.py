"""Word that a danger is past, or was none: said after an alarm it ends the alarm and raises no other."""

import re

from dialogs.text.clean import words_only
from dialogs.text.phrases import made_of

_LONGEST = 30
_ALL_CLEAR = made_of(
    r"没事儿?了?|冇事|没什么事了?|安全了?|平安|脱险了|得救了|好了|"
    r"(?:打|拨)(?:过|完|了)*(?:110|119|120|电话|报警电话|急救电话)了?|(?:110|119|120|电话)(?:打|拨)(?:过|完)?了|报(?:过)?警了|报过警|"
    r"(?:警察|民警|消防员?|消防队|消防车|救护车|医生|110|119|120)(?:已经|都|也)?(?:来|到)(?:过|现场)?了|"
    r"(?:被)?(?:救|逃|跑|撤|送|抬|拉)(?:出|下|上|回)?(?:来|去|医院)?了|出来了|下来了|上来了|出院了|"
    r"(?:找|寻)(?:到|着|回来?)(?:人|孩子)?了|(?:醒|苏醒|缓)(?:过来)?了|回(?:来|家)了|联系上了|接(?:上|了)?电话了|打通了|"
    r"火?(?:已经|都|被|给)*(?:扑|浇)?灭了|关(?:上|了|好)*(?:阀门|气|煤气|燃气)了?|阀门关了|不漏了|不冒烟了|没味了|"
    r"(?:没人|没有人|人没|人没有|没有?|不)(?:有|遇到|受)?(?:危险|受伤|伤|被困|事|伤亡)(?:了|的)?|不危险了?|没着火|没出事|"
    r"已经|都|现在|刚才|刚刚|刚|人|他|她|他们|我们|我|孩子|老人|大家|全|家里|家里人|安全地?|顺利|"
    r"就是|只是|就|只|要|想|是|来|修(?:一下|理)?|报修|反映(?:一下|问题|这事)?|投诉|登记|继续|接着|说|办|请|麻烦|帮忙|"
    r"了|的|吧|啊|呢|嗯|哦|谢谢|你们|您|放心|别担心|不用担心|虚惊一场|误会|路|灯|坑|这个?"
)
_SAYS_SO = re.compile(
    r"没事|冇事|没什么事|安全了|平安|脱险|得救|(?:救|逃|跑|撤|抬|拉)(?:出|下|上|回)?(?:来|去)?了|[出下上]来了|送.{0,2}医院|"
    r"灭了|(?:没|不|没有)(?:人)?(?:有|遇到|受)?(?:危险|受伤|伤|被困)|没着火|没出事|虚惊|误会|不漏了|没味了|找[到着]|醒|回[来家]了|联系上|接(?:上|了)?电话|打通"
)
"""That help was called says nothing of how it ended."""
_CLAUSE = re.compile(r"[^，,。；;！!？?\n]+[，,。；;！!？?\n]*")
_LETTER = 300
_LEADS_ON = re.compile(
    r"^(?:就是|只是|但是?|不过|那|现在|我|就)*(?:(?:想|要)(?:再)?(?:反映|投诉|举报|说)(?:一下|个事)?)?[，,：: ]*"
)
_WISHES = re.compile(r"修|反映|投诉|登记|继续|接着|办|说")


def is_all_clear(text: str) -> bool:
    """Whether a text says that nobody is in danger (any more), and nothing else."""
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(_ALL_CLEAR.fullmatch(bare)) and bool(_SAYS_SO.search(bare))


def told_after_all_clear(text: str) -> str:
    """What a text tells after its first clauses said that nobody is in danger any more; "" where they do not.

    没事了，火灭了，就是想反映消防通道被堵 tells the last of it.
    """
    said = ""
    for clause in _CLAUSE.finditer(text[:_LETTER]):
        bare = words_only(clause.group())
        if bare and not _ALL_CLEAR.fullmatch(bare):
            return _LEADS_ON.sub("", text[clause.start() :].strip()) if _SAYS_SO.search(said) else ""
        said += bare
    return ""


def wishes_to_go_on(text: str) -> bool:
    """Whether an all-clear asks beside it for the matter to be taken up (没人有危险，就是要修)."""
    return bool(_WISHES.search(words_only(text)))
