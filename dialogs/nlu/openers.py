"""What people say before they say anything: 说个事, 有件事想跟你们讲讲, 想咨询一下."""

import re

from dialogs.text.clean import words_only

_BEFORE = (
    r"(?:你好|您好|领导好?|喂|在吗|那个|对了|另外|此外|顺便|再|别的|其他的?|我们?|俺们?|家里?|这里|这边|这儿|现在|今天|就是|还|也|有|想要?|要|得|来|"
    r"能|可以|能不能|可不可以|跟|和|同|向|给|对|为|你们?|您|政府|领导|大家|"
    r"说说|讲讲|谈谈|聊聊|说|讲|谈|聊|汇报|诉说|诉|倒倒|倒|吐|摆|一下|一|个|件|点儿?|些|几|两|句|桩|大|小|急|"
    r"烦心|麻烦|难|心里|心头|这么|这样)*"
)
_SAID = r"(?:事情?|事儿|话儿?|情况|想法|难处|难题|困难|冤屈?|苦水|苦|委屈)"
_AFTER = (
    r"(?:想要?|要|得|不知道|该|能不能|可不可以|可以|能|跟|和|同|向|给|你们?|您|政府|领导|说说|讲讲|谈谈|聊聊|说|"
    r"讲|谈|聊|反映|汇报|诉|请|求|麻烦|帮|忙|一下|下|的|了|啊|呀|吧|呢|哈|哦|吗|行不行|行|方便|听听|听)*+"
)
_HAS = re.compile(rf"(?=.{{2,16}}$)(?!.*没)(?=.*[有想要说讲谈聊报诉倒吐求])(?!有事说事){_BEFORE}{_SAID}{_AFTER}")
_ASKS = re.compile(
    r"(?=.{2,16}$)(?:你好|您好|领导好?|喂|在吗|那个|我们?|俺们?|想要?|要|来|能不能|可不可以|可以|能|跟|向|麻烦|"
    r"就是)*+"
    r"(?:咨询咨询|咨询|请教|请问|问问|问|打听打听|打听|了解了解|了解)(?:一?下|一?[个点些件]|几个|点儿?|你们?|您|"
    r"领导)*(?:问题|事情?|事儿|政策|情况)?"
    r"(?:可以|行|方便|行不行|能|吗|么|啊|呀|哈|哦|呢|吧|的)*+"
)
"""请问 by itself is asked on after a pause, and waited for."""


_OF_WHAT = re.compile(
    r"(?:你好|您好|关于|就是|是|我想|我要|想|要|说|反映|问|咨询|我们?|俺们?|咱们?)*"
    r"(?:家里|家|孩子|娃|小孩|老人|老伴|爸妈|父母|儿子|女儿|闺女|孙子|房子|房产|工作|上班|单位|公司|厂里|上学|学校|看病|医院|养老|村里|小区|楼上|"
    r"钱|地|土地|宅基地|邻居|邻里|租房|买房|卖房|户口|婚姻|离婚|遗产)(?:那点|那些|这些|这点)?的?(?:事情?|事儿|问题)(?:吧|啊|呀|呢|嘛|哈)*"
)


_PRAISES = re.compile(
    r"(?:你好|您好|我们?|俺们?|咱们?|想要?|要|来|给|向)*(?:表扬|点个?赞|夸夸?|送一?面?锦旗|写一?封?感谢信)"
    r"(?:一下|一?个人|一?位同志|一?位|某人|工作人员|你们?|你们的?工作人员|他们?)?(?:吧|啊|呀|呢)*"
)


def opens_praise(text: str) -> bool:
    """我要表扬: whom and what for is not said yet."""
    return bool(_PRAISES.fullmatch(words_only(text)))


def names_only_of_what(text: str) -> bool:
    """家里的事, 关于房子的事情: what it is about, and nothing of it yet."""
    return bool(_OF_WHAT.fullmatch(words_only(text)))


def says_there_is_something(text: str) -> bool:
    """Whether somebody says that they have something to tell, and not yet what."""
    return bool(_HAS.fullmatch(words_only(text)))


def says_there_is_a_question(text: str) -> bool:
    """Whether somebody says that they have something to ask, and not yet what."""
    return bool(_ASKS.fullmatch(words_only(text)))
