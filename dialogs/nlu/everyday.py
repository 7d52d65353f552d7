"""What sounds like danger and is none: pressing an office, coming to it, what neighbours pile up and burn."""

import re

from dialogs.text.clean import words_only
from dialogs.text.phrases import made_of

_LONGEST = 40
_NUMBER = r"(?:[一二两三四五六七八九十几好多半百\d]|好几|无数|不知)+"
_PRESSES = made_of(
    rf"我们?|咱们?|俺们?|人家|都|已经|也|又|天天|来来回回|前前后后|光|就|为(?:了)?(?:这(?:个|件)?事)|今天|"
    rf"(?:来|去|跑|找|问|打|催|反映|投诉|说|等)(?:你们?|过|了|这里|这儿|电话|单位|政府|信访局|大厅|街道|社区|村里|镇上|他们)*|"
    rf"{_NUMBER}(?:多)?(?:回|次|趟|遍|个?月|年|天|个?星期|周|个电话)(?:了|啦)?|多少(?:回|次|趟|遍)了?|多次|无数次|三番五次|"
    r"(?:你们?|政府|信访局|社区|街道)?(?:到底|究竟|还|倒是)*(?:管不管|理不理|办不办|解决不解决|处理不处理|有没有人管|管吗|给不给办|给不给解决)|"
    r"没(?:有)?(?:一?个)?人?(?:管|理|答复|理睬|接待|吭声|回话|接(?:电话)?)(?:我们?|俺)?|(?:都|总|每次)(?:让|叫)(?:我们?|俺)?等|(?:没个?|没有|一点)(?:准信|结果|说法|下文|动静)(?:都?没有?)?|"
    r"腿(?:都|快)?(?:要)?跑(?:断|细)了?|跑断腿了?|啥时候是个头|什么时候是个头|给句(?:痛快)?话|你们?|这事儿?|事情|问题|"
    r"了|啊|呀|呢|吧|吗|嘛|哦|啦|哇|的|个|着|呗"
)
_OF_US = re.compile(
    r"管不管|理不理|办不办|处理|解决|管吗|没.{0,4}[管理]|[回次趟遍]|电话|等|准信|结果|说法|下文|动静|句话|头"
)
_COMES = made_of(
    rf"我们?|咱们?|俺们?|大家|{_NUMBER}(?:来|多|几)?(?:个人|个|口人|户|户人家|家)|一起|一块儿?|一道|和|跟|邻居们?|业主们?|村民们?|想|要|能|可以|"
    r"(?:去|来|到|上|进)+(?:你们?)?(?:那里|那儿|这里|这儿|单位|信访局|信访大厅|大厅|市里|区里|镇上|局里)?|找(?:你们?|领导|局长|书记|信访局)+|反映(?:情况|问题|一下)?|说(?:说|一下)?|登记|签名|签字|"
    r"(?:行不行|行吗|可以吗|可不可以|能不能|好不好|成不成|中不中|可以不|得唔得|要得不|最多几个|几个人)|信访|上访|反映问题|最多|多少人|"
    r"了|啊|呀|呢|吧|吗|嘛|哦|的|都|也|行|请问|问一?下"
)
_WANTS_SOMEBODY = re.compile(
    r"(?:我|俺|就|想|要|只|得|能|能不能|可以|可不可以|请|帮我)*(?:找|换|叫|来|转)(?:个|一个)?(?:真人|活人|人工|人|工作人员|客服)(?:来)?(?:跟我|和我|给我)?"
    r"(?:说说?|聊聊?|谈谈?|讲讲?|问问?|反映|商量|帮忙|帮帮我)?(?:说话|话|天|一下|问题|情况)*[了吧啊吗呀嘛不]*"
)
_SPEAKS_WITH = re.compile(
    r"(?:我|俺|就|想|要|只|得|能|不能|可以|请|帮我)*(?:跟|和|同|与)(?:个|一个)?(?:真人|活人|人工|人|工作人员|客服|你们领导|领导)(?:说|聊|谈|讲|通)?(?:说话|话|天|一下|电话)?[了吧啊吗呀嘛不]*"
)
"""我要跟人说话."""
_ASKS_WHERE_IT_IS = re.compile(
    r"(?:你们?|到底|请问)*(?:把)?(?:我|俺)(?:们)?的?(?:那个?|那件|这个?|这件)?(?:事情?|件|案子?|材料|投诉|诉求|举报|信)(?:现在|又|给|都|到底)*"
    r"(?:转|弄|送|交|办|推|搞|发|报|派)*(?:到|给|去|在)*(?:哪里?|哪儿|谁|什么地方|哪个(?:部门|单位|局)|啥地方)(?:去|手里|手上|那里)*(?:了|啦|啊|呀|呢|嘛)*"
)
_MAY_WE = re.compile(r"行不行|行吗|吗$|可以不|可不可以|能不能|好不好|成不成|中不中|得唔得|要得不|几个|多少人")
_TAKES_BACK = re.compile(
    r"(?:我|俺)?(?:就|要|想)*撤(?:了|诉|回|掉|吧)*(?:因为|已经|都|他们|人家|物业|来|给)*(?:修|弄|处理|解决|搞|通)(?:好|完)?了(?:谢谢)?(?:你们?)?"
)
"""我要撤了，他们修好了: of a case, by who is content."""
_HURRIES = made_of(
    r"能不能|可不可以|请|麻烦|你们?|快点?|快些|抓紧|赶紧|早点|尽快|一点|点|给|我们?|办|修|弄|处理|解决|家里|我家|有|个|几个|吃奶|几个月|小|上学|的|孩子|宝宝|娃|老人|等着|用水|吃饭|上班|[吗吧啊呀了呢]"
)
_HURRY = re.compile(r"快|抓紧|赶紧|早点|尽快")
_SEVERAL = re.compile(r"一起|一块|一道|个人|多少人|户|大家|邻居|业主|村民")
_PILES = re.compile(
    r"(?:堆|码|摞|囤|搬|放)(?:了|着|满|在|到|起)*[^，。]{0,6}(?:煤|柴|杂物|纸壳|纸箱|废品|破烂|垃圾|旧家具|家具|鞋柜|酸菜|白菜|花盆|自行车|东西)|"
    r"(?:煤球?|柴火?|杂物|纸壳|纸箱|废品|破烂|垃圾|家具|鞋柜|东西)[^，。]{0,6}(?:堆|码|摞|囤|搬|放)(?:到|在|了|着|满)?|"
    r"还在[^，。]{0,6}堆[着了]?$|"
    r"(?:停|断)(?:水|电|网|气|暖|供)(?:了|快|已经|都|有|好|这)*|"
    r"(?:烧|点|燃)(?:煤|柴火?|秸秆|垃圾|树叶|荒草|纸钱)[^。]{0,8}(?:烟味|呛|熏|烟)"
)
_LOST_MONEY = re.compile(
    r"(?:我|俺|咱)?们?(?:家里?)?的?[\u3400-\u9fff]{0,4}(?:被|让|叫|给|遭)[\u3400-\u9fff]{0,8}骗(?:走|去|光|得|掉)*了?(?:我们?|俺们?)?"
    r"(?:[\d.一二两三四五六七八九十百千万几多来好块元]+|一?分?钱?[都也]?不剩|不少|(?<=光了)|所有的?)(?:的?(?:钱|养老钱|积蓄|存款|退休金|工资|彩礼))?(?:光|走)?(?:[都也全]*没)?了?"
)
"""我妈被骗了八万: who lost money, and how much."""
_TOLD_OF = re.compile(
    r"[屋地田房][^，。]{0,3}[俾畀被]人[霸占]|打桩|广场舞|(?:夜里|半夜|晚上|凌晨|点)[^，。]{0,4}(?:还在|又在)(?:施工|装修|切割|挖|干活)|划片|学区|公里外|(?:网吧|游戏厅|酒吧|台球厅)|"
    r"(?:鱼|虾|鸡|鸭|鹅|猪|羊|牛|蜂子?|树|苗|庄稼|麦子|菜)(?:[们都也全]|一下子)*死(?:完|光|绝|了)"
)
"""A school far away, who lets children in, what died in the ponds and fields."""
_REACHES = re.compile(
    r"(?:打|来|接|回|通|听)(?:过|了|个|的|通|到|着)*(?:一?[个通次])?电话|电话(?:号码?)?(?:打|来|响|没|换|给|是空号|忙)|没(?:接|听|看)(?:到|着|见|上)|"
    r"没信号|没电了|关机|静音|停机|欠费|短信|微信|编号|验证码|照片|视频|开会|上班|下班|加班|开车|我[^，。]{0,3}在(?:外[面地]|路上|老家|地铁|车上|单位|公司|菜市场|超市)|"
    r"(?:我|人|家里人?|领导|主任|书记)[^，。]{0,4}不?在家|有空|没空|下周|下礼拜|回头|晚点|晚些|待会儿?|一会儿|改天|过两天|"
    r"来(?:看|修|量|问)(?:过|了)|看了(?:看|一?眼|一?下|一圈)|拍了?(?:个|张)?照|登了?(?:个)?记|(?:让|叫)(?:我们?|俺)[^，。]{0,4}(?:去|来|等|写|签|回)|"
    r"(?:大伙儿?|大家|我们?)(?:都|就)?等着(?:呢|办|用|修)|一个人住|堵(?:在|了|着)?(?:我家|我们)?门口|倒[水垃]|掰坏|弄坏"
)
_FAREWELL = re.compile(
    r"最后|以后|出事|[一二两三四五几好\d]天(?:都|也)?(?:没|不)|被(?:打|揍|砍|抢|关)|不用再|再也|往后|之前|今[晚夜生]|这辈子|保重|对不起|不孝|遗|告别|[刀枪药绳死活命尸]|跳|报警|害怕|威胁|踹|撬|跟踪|尾随|不让[我她他]|没(?:动静|回|消息|人应)|联系不上|不(?:敢|应)"
)
"""Beside a telephone too, this may be more than who could not be reached."""
_UPSET_STOMACH = re.compile(r"拉(?:了[^，。]{0,4})?肚子|闹肚子|肚子[疼痛]")
_NEED = re.compile(
    r"呼吸机|吸氧|氧气|透析|病|电梯|[叫喊]不|头[晕疼痛]|恶心|吐|昏|着了|起来了|救|困|压|砸|塌|埋|倒|快来|出不[来去]|火|爆|"
    r"没回|失踪|找不[到着]|打(?![桩麻牌球扫电算工])|不想活|烧|血|脱水|抽|[没不][^，。]{0,4}(?:劲|力|精神|住|动|醒|起来)|肿|中毒"
)


_PAUSES = re.compile(
    r"(?:那|还是|先|就)*(?:算了|等等|等下|等会儿?)*(?:让|容)?我?(?:再|先|回去|好好)*(?:想一?想|考虑(?:考虑)?|琢磨(?:琢磨)?|商量(?:商量)?)(?:一下|吧|再说|了)*"
)
"""算了，我再想想."""
_SCOLDS_ALL = re.compile(
    r"(?:你们?|这些|这帮|这群|天下|都是|全是|一帮|一群|那些)*(?:当官的?|干部|领导|公务员|吃皇粮的)?(?:就|都|全|真|没有?一个|一个个?)*(?:是|不是|不|干)?(?:好东西|好人|好的|东西|人事儿?|正事|好鸟|吃干饭的?|吃闲饭的?|白眼狼)"
)
"""你们这些当官的没一个好东西."""


def only_presses_us(text: str) -> bool:
    """Whether a text only asks whether anybody deals with it, counts how often one came, asks to come with others, or
    scolds all of us: 我都来了三回了你们到底管不管, 我们十个人一起去行吗.
    """
    bare = words_only(text)
    if not 1 < len(bare) <= _LONGEST:
        return False
    presses = _PRESSES.fullmatch(bare) and _OF_US.search(bare)
    asks = _TAKES_BACK.fullmatch(bare) or (_HURRIES.fullmatch(bare) and _HURRY.search(bare))
    asks = (
        asks
        or _PAUSES.fullmatch(bare)
        or _SPEAKS_WITH.fullmatch(bare)
        or _SCOLDS_ALL.fullmatch(bare)
        or _WANTS_SOMEBODY.fullmatch(bare)
        or _ASKS_WHERE_IT_IS.fullmatch(bare)
    )
    return bool(presses or asks or (_COMES.fullmatch(bare) and _SEVERAL.search(bare)))


def is_of_every_day(text: str) -> bool:
    """Whether it tells what somebody piles up or burns, what is cut off, an upset stomach, or who calls and comes
    when, and nobody's need.
    """
    every_day = _PILES.search(text) or _UPSET_STOMACH.search(text) or _TOLD_OF.search(text)
    reaches = _REACHES.search(text) and not _FAREWELL.search(text)
    return len(text) <= _LONGEST and bool(every_day or reaches) and not _NEED.search(text)


def asks_to_come_together(text: str) -> bool:
    """Whether it only asks how many may come, or says how many and asks whether they may: 五个人去行不行."""
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(_SEVERAL.search(bare) and _MAY_WE.search(bare) and _COMES.fullmatch(bare))


def only_lost_money(text: str) -> bool:
    """Whether it says who was cheated of how much, and no more: 我爸被骗了五万."""
    return "骗" in text and bool(_LOST_MONEY.fullmatch(words_only(text)))
