"""Yes to what was read out, in whatever words, with whatever courtesies, as a picture too: 对着呢, 没毛病, 冇错, 👌."""

import re

from dialogs.nlu import commands
from dialogs.text.clean import words_only
from dialogs.text.phrases import made_of

_PICTURES = re.compile(r"👌|👍|✅|🆗|💯|✔|☑|🙆|\[(?:OK|ok|Ok|强|赞|好的|对|嗯)\]")
_REFUSING = re.compile(r"👎|❌|🚫|🙅|✖|\[(?:弱|NO|no)\]")
_FACES = re.compile(r"\[[\u3400-\u9fff]{1,4}\]")
_YES = made_of(
    r"嗯呐|嗯|恩|额|呃|哦|行|好|是|对|中|成|妥+|管|得|可|准|系|啱|要得|得劲|得行|得嘞|得咧|使得|好使|巴适|"
    r"阔以|欧克|okk?|okay|yes|yep|yeah|y|sure|right|可以|没问题|没得问题|冇问题|无问题|莫得问题|"
    r"没啥问题|没什么问题|没啥|没什么|毛病|问题|意见|考虑好|想好|商量好|核对过|看过|问过|没有问题|"
    r"没毛病|没有毛病|没意见|没有意见|无异议|没有异议|没错儿?|冇错|没得错|没有错|无误|正确|准确|"
    r"属实|同意|确认|确定|认可|"
    r"一致|全对|都对|不错|对头|对着|都对着|对滴|是这个意思|这么回事|说得|正是|正是如此|晓得|"
    r"授权|行得通|晒|上|一下|尽快|快点|快些|看着办|处理|转办|的确|确实|当然|必须|就这样|就这么办|"
    r"就这么着|就这样办|就这|这样|就噉|就咁|就按这个|按这个|照这样|照这个|照此|按你说的|搞掂|"
    r"搞定|愿意|需要|要|"
    r"提交|交|递交|上交|发送|报|上报|登记|登|办理?|弄|整|安排|走起|上去|出去|"
    r"信息|内容|以上|全部|完全|全|都|上面|上头|写的|记的|说的|这些|这个|这样|一点|一字|不差|"
    r"情况|核对|核实|看|过|检查|审核|地址|电话|姓名|名字|时间|地点|标题|"
    r"现在|这就|直接|马上|赶紧|快|帮|给|我|俺|咱|们|你|您|请|麻烦|辛苦|谢谢|多谢|感谢|谢|唔该|拜托|那|"
    r"就|先|还是|来|的|地|了|啦|吧|呗|啊|呀|呢|哩|咧|嘞|哈|嘛|么|哒|滴|噻|叻|喽|咯|撒|嗦|哇|"
    r"诶|哎|哟|喔|噢|呐|喇|啰|㗎|嘅|晒|没事",
    re.IGNORECASE,
)
_SAYS_YES = re.compile(
    r"[嗯恩行好是对中成妥管得可准系啱要]|没问题|没毛病|没得|冇|没啥|没什么问题|没有|没毛病|没意见|"
    r"异议|没错|无误|无问题|莫得|正确|准确|属实|同意|确|认可|一致|不错|当然|必须|就这|这样|就噉|"
    r"就咁|按|照|搞|愿意|提交|交|发送|报|登|办|弄|整|安排|走起|^y$|ok|yes|yep|yeah|sure|right|"
    r"巴适|阔以|欧克|使",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"同志们?|领导|小姑娘|小伙子|小同志|老师|师傅|姑娘|闺女|孩子|(?:那就)?(?:太)?(?:麻烦|辛苦|"
    r"谢谢|多谢|感谢|拜托|劳烦|有劳)(?:你|您|恁)?们?了?|你们?|您|了哈|哈"
)
_A_PART = re.compile(r"地址|电话|姓名|名字|时间|地点|标题|内容")
_RIGHT = re.compile(r"对|没错|没有错|没问题|正确|无误|准|确认|提交|可以")
_GREETS = re.compile(r"(?:[你您]们?|老师|同志们?|师傅|领导|大家)好")
_HEARS = made_of(
    r"嗯|恩|哦|噢|好|行|的|吧|了|啊|呀|呢|嘞|哈|嘛|那|谢谢|多谢|谢|感谢|知道|明白|收到|晓得|麻烦|你|您|ok",
    re.IGNORECASE,
)


def agrees(text: str) -> bool:
    """Whether a text says yes and nothing beside it."""
    if _REFUSING.search(text) or _GREETS.search(text) or (_A_PART.search(text) and not _RIGHT.search(text)):
        return False
    bare = words_only(_FACES.sub("", _PICTURES.sub("", text)))
    if not bare:
        return bool(_PICTURES.search(text))
    plain = words_only(_COURTESY.sub("", bare))
    if bare == "1" or commands.affirms(bare) or commands.affirms(plain):
        return True
    return any(_YES.fullmatch(one) and _SAYS_YES.search(one) for one in (bare, plain))


def only_hears(text: str) -> bool:
    """好的, 嗯: after somebody asked to wait, it says no more than that they heard."""
    bare = words_only(text)
    return bool(bare) and bool(_HEARS.fullmatch(bare))


def refuses(text: str) -> bool:
    """No, as a picture: 👎."""
    return not words_only(text) and bool(_REFUSING.search(text))
