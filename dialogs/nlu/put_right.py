"""Word that the trouble is gone, from whoever is just telling of it: 物业来看过了，没事了; 哎，亮了亮了."""

import re

from dialogs.text.clean import words_only
from dialogs.text.phrases import made_of

_LONGEST = 24
_WHO_CAME = (
    r"物业|电工|师傅|维修(?:工|的|员)?|修理工|社区|城管|环卫|供电(?:局|所|公司)?|电力|水务|自来水(?:公司)?|燃气公司|热力(?:公司)?|环保局|村里|居委会|房东|邻居|楼上|对方|老板|公司|单位|有人|"
    r"他们|她们|他|她|人家|人"
)
_PUT_RIGHT = made_of(
    rf"{_WHO_CAME}|(?:刚才|刚刚?|已经|今天|昨天|昨晚|现在|后来|早上|晚上|都|也|就|又(?=亮|通|来|有|好|热|正常)|自己|突然|终于|总算|这会儿?)|"
    r"(?:派|叫|让)?(?:人)?(?:来|过来|上门)(?:人)?(?:看|修|弄|处理|检查|查|换|解决|清理)?(?:一?下)?(?:过|好|完)?了?|给(?:我们?)?|把?(?:灯|路灯|电梯|水|电|暖气|问题|事情?|工资|钱|垃圾|它)|"
    r"(?:修|弄|处理|解决|搞|通|换|清理|清走|拉走|补|退|发|给|结|付)(?:好|完|了|通|上)*了|没事儿?了|好了|亮了|通了|来水了|来电了|热了|不漏了|不吵了|不响了|有水了|有电了|正常了|"
    r"(?:那)?(?:就)?(?:不用|不需要|不麻烦|不想|甭|别)(?:再)?(?:你们)?(?:登记|管|办|麻烦|反映|投诉|处理|报|弄|来)?(?:你们)?了|算了|(?:那)?(?:谢谢|多谢|麻烦|打扰)(?:你们?|您)?了?|"
    r"[我们家的了吧啊呢哈哦嗯哎呀唉那个这]|(?:上次|上回|之前|前几天|昨天)?(?:我)?(?:反映|登记|投诉|说|报修)(?:过)?的|不好意思|我们?这边"
)
_IS_RIGHT = re.compile(
    r"没事儿?了|(?:修|弄|处理|解决|搞|换|清理|补)好了|解决了|亮了|通了|来[水电]了|有[水电]了|热了|不[漏吵响]了|正常了|已?经?好了.*(?:不|谢)|(?:退|发|给|结)了.*(?:不用|算了)|不用了.*[修看弄来]过?了|(?:来|看|修|弄)过了.*(?:没事|好了|不用)"
)
"""The trouble itself is gone, whoever came."""


def is_right_again(text: str) -> bool:
    """Whether a short text says that what was wrong is put right, or no longer needs anybody, and nothing else."""
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(_IS_RIGHT.search(bare) and _PUT_RIGHT.fullmatch(bare))
