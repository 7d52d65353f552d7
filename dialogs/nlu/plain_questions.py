"""Short questions that are known by their shape, before any approved answer is compared."""

import re

from dialogs.faq.aspects import follows_up
from dialogs.nlu.matter import asks
from dialogs.text.clean import words_only

_LONGEST = 24
_RESULT = r"(?:这个|你们的?|处理|办理|信访|的){0,3}(?:结果|意见|答复|回复)"
_MAY_I = re.compile(
    r"(?:那|请问|想问|问一下|要是|如果)*(?:(?:被|遭到?|受到?|受了)[\u4e00-\u9fff]{2,8}?)?(?:的话)?(?:我|俺|我们|信访人|举报人)?"
    r"(?:可以|可不可以|能不能|能|有没有权利?|有权|是不是可以)(?:要求|申请|主张|索要|得到|拿到|要)[\u4e00-\u9fff]{0,4}(?:赔偿|补偿|赔钱|道歉|国家赔偿|精神损失费?|误工费?|保护)(?:吗|么|不|呢|啊)?"
)
"""Asks for a right in general, and tells no trouble."""
_AGAINST = r"(?:很|非常|太|一直)?(?:不满意|不服气?|不认可|不同意|有意见)"
_WHERE_NOW = r"(?:去|到|上|在)?(?:哪里?|哪儿|什么地方)(?:去)?(?:说|反映|申请|申诉|找|投诉)?"
_FOR = r"(?:替|帮|代替?|为)"
_WHAT_NOW = rf"(?:了|的话)?(?:怎么办|咋办|咋整|怎么弄|该?找谁|该怎么办|要怎么办|{_WHERE_NOW})?(?:啊|呀|呢)?"
_NOW_WHAT = rf"(?:了|的话)?(?:该|要|可以|能|应该)?(?:怎么办|咋办|咋整|怎么弄|找谁|{_WHERE_NOW})(?:啊|呀|呢)?"
_DISCONTENT = re.compile(
    f"我?(?:对{_RESULT}{_AGAINST}|{_AGAINST}{_RESULT}){_WHAT_NOW}|(?:要是|如果|万一)?(?:我|对)*{_RESULT}{_AGAINST}{_NOW_WHAT}"
)
"""Without 对 it is said of a case, unless it is asked."""
_KIN = (
    r"(?:(?:我|俺|咱)(?:们)?(?:家)?的?)?(?:[爸妈爹娘爷奶哥姐弟妹叔姑姨舅]{1,2}|父亲|母亲|父母|爸妈|外公|外婆|姥姥|姥爷|公公|婆婆|公婆|岳父|岳母|"
    r"老公|老婆|丈夫|妻子|爱人|对象|儿子|女儿|孩子|孙子|家人|家里人|家里?老人|老人|亲戚|邻居|朋友|同事|工友|同学|别人|他人|村民)"
)
_TAKES_UP = r"(?:来|在这里?|在这儿)?(?:反映|登记|投诉|举报|信访|上访|提交|求助)(?:一下|问题|情况|事情|诉求)?"
_ON_BEHALF = re.compile(
    rf"(?:请问|想问(?:一下)?|那|你好|您好)*(?:我|俺)?(?:(?:可以|能|能不能|可不可以|能否){_FOR}{_KIN}{_TAKES_UP}(?:吗|么|不|呢)?|"
    rf"(?:想|要)?{_FOR}{_KIN}{_TAKES_UP}(?:行吗|可以吗|可不可以|行不行|能行吗|成吗|中不中|可以不|行么|可以么|行不))"
)
_PHOTOS = re.compile(
    r"(?:那|我)?(?:刚才|刚刚)?(?:发|传|拍)?的?(?:照片|图片|视频|附件|材料)(?:你们?|您)?(?:都|已经)?(?:收到|看到|传上|发过去|有)了?(?:吧|吗|么|没有?)"
)
_LEADS = r"(?:你好|您好)?(?:我|俺)?(?:想|要)?(?:(?:请?问|打听|咨询|了解|知道)(?:一?下|问)?(?:子)?)?"
_LOOKS_UP = re.compile(
    rf"{_LEADS}[\u4e00-\u9fff]{{2,8}}?(?:怎么|咋|如何|在哪里?|去哪里?)(?:查询?|缴费?|补办|年检|年审|预约)(?:吗|呢|啊|呀)?|"
    rf"{_LEADS}[\u4e00-\u9fff]{{2,8}}?(?:现在|今天|明天|周[一二三四五六日天末]|星期[一二三四五六日天]|节假日|中午)?"
    r"(?:几点|什么时候|啥时候)?(?:([上开放])不\1[班门假]|上班|下班|开门|关门|办公|营业|放学|上学|开学|放假|开馆|闭馆|开放|开始|结束)了?(?:吗|么|呢|啊|呀|没有?)?(?:现在|这会儿?|今天)?"
)
_ALSO_ASKS = re.compile(r"几点|谁|([管能会行要开放上])不\1|没有?$")
_HOW_LONG = re.compile(r"多久|多长时间|几天|多少天")


_DEVICE = r"(?:银行卡|信用卡|存折|微信|支付宝|qq|手机|wifi|无线网|电脑|邮箱|抖音|快手|淘宝|京东|拼多多|游戏|苹果|华为)"
_NOT_OURS = re.compile(
    r"(?:请|麻烦|能不能|可以)?(?:你)?(?:帮我|给我|替我|我要|我想)?(?:"
    r"(?:打开)?导航(?:到|去|回|至)?[\u4e00-\u9fff]{0,10}|"
    r"(?:放|播放?|唱|来|听)一?(?:首|个)?(?:歌|音乐|曲子)[\u4e00-\u9fff]{0,6}|讲一?个?(?:笑话|故事)|翻译(?:一下|成)[\u4e00-\u9fffa-z]{0,12}|"
    r"(?:订|定|买|抢)一?(?:张|个|份|间)?[\u4e00-\u9fff]{0,8}(?:火车票|高铁票|飞机票|机票|电影票|外卖|奶茶|酒店房间?)|"
    r"(?:叫|打|约)一?(?:个|辆)(?:车|出租车|滴滴)|(?:设|定)一?个?[\u4e00-\u9fff0-9]{0,8}闹钟|"
    r"(?:写|编|敲|做)一?(?:个|段|份|点)?[a-z+#0-9]{0,12}(?:语言)?(?:的)?[\u4e00-\u9fff]{0,8}(?:代码|程序|脚本|算法|排序|爬虫|函数|网页|作业)|"
    r"(?:今天|明天|后天|今晚|明早|周末|这周|下周)?(?:会不会|会|要不要|要)(?:下雨|下雪|降温|刮风)|(?:今天|明天|后天)?(?:的)?天气(?:怎么样|咋样|如何|预报)|(?:今天|明天|后天)(?:多少度|几度)|"
    r"(?:去|到)(?!你们|信访|接访|12345)[\u4e00-\u9fff]{2,10}?(?:怎么走|咋走|怎么去|咋去|坐几路车|坐什么车|怎么坐车)|"
    r"(?:算一?下|计算)[0-9a-z+*/=x]{1,20}|(?:写|作)一?(?:首|篇)(?:诗|作文|文章)[\u4e00-\u9fff]{0,8}|(?:推荐|介绍)一?下?(?:几|一)?[个家部]?(?:好吃的?|饭馆|餐厅|电影|电视剧|小说|股票|手机)|"
    rf"(?:我的?|俺的?)?{_DEVICE}(?:的)?(?:登录|支付|锁屏|开机|取款)?(?:密码|账号|验证码)[\u4e00-\u9fff]{{0,4}}(?:忘|丢|找回|找不|改|重置|错|锁)[\u4e00-\u9fff]{{0,8}}|"
    rf"{_DEVICE}(?:怎么|咋|如何)(?:开机|关机|重启|充值|注册|登录|下载|更新|连|截图|录屏)[\u4e00-\u9fff]{{0,4}}"
    r")(?:吧|吗|么|呢|啊|呀|一下|好吗|行吗|可以吗)?",
    re.IGNORECASE,
)
"""What other machines are for. A bank's own misdeeds are no such thing: nothing of 被骗, 盗刷, 扣 fits in."""

_RIGHT_DOOR = re.compile(
    r"(?:你们?|您|这里)?(?:到底)?(?:管不管|管吗|管得了吗|能管吗|能不能管|归你们管吗|受理吗|给办吗)(?:这个|这些|这种|这类|这)?(?:事情?|事儿)?(?:吗|啊|呢)?|"
    r"(?:这个|这种|这样的?|那|我这)?(?:事情?|事儿|问题)?(?:是不是|应该|该|要不要|用不用|是)(?:该|要|去|应该|归)*(?:找|归|打|去|问)(?:[\u4e00-\u9fff]{2,9}?)(?:管|说|投诉|反映|处理)?(?:的)?(?:吗|么|啊|呢|吧|呀|才对)*"
)
_DOOR_AT_END = re.compile(
    r"[，,。 ]*(?:这(?:个|种|样的?|类)?(?:事情?|事儿|问题)?)?(?:你们?|您|这里|这边|信访局)?(?:到底|也|都|还)*"
    r"(?:管不管|管(?:得了)?(?:吗|么|不)|"
    r"能(?:不能)?管(?:吗|么|不)?|归你们管吗|(?:可以|能)(?:反映|受理|登记)(?:吗|么))[啊呀呢？?。！! ]*$"
)
_OUT_OF_PATIENCE = re.compile(r"到底|^\W*(?:你们?|您)(?:还)?(?:管不管|管吗)[啊呀呢吗\W]*$")
_ECHO = re.compile(
    r"^(?:你?(?:说|问)?(?:是)?)?(?:哪个?|什么|啥)(?:区|镇|乡镇?|街道|路|街|小区|村|县|地方|单位|学校|里|儿)?(?:啊|呀|吗|嘛|"
    r"呢)*[？?，,。 ]+(?=[\u3400-\u9fff]{2})"
)
_MATERIALS = re.compile(
    r"(?:还|那)?(?:要不要|需不需要|用不用|需要|要|用)(?:提供|交|带|发|留着?|有)?(?:什么|啥|哪些)?(?:小票|发票|票据?|证据|材料|证明|照片|录音|合同|收据)(?:吗|么|啊|呢|不)?"
)
_SENDS = re.compile(
    r"(?:(?:我)?(?:手里|手上|这里)?(?:照片|图片|票|发票|小票|材料|证据|视频|录音|合同|收据|"
    r"单子)(?:我)?(?:都|也)?(?:有|在)?[，, ]*)?(?:怎么|咋|"
    r"往哪里?|在哪里?|能不能|可以|可不可以)(?:发|传|交|上传|拍)(?:给?你们?|过?来|上来|照片|图片)?(?:看)?(?:吗|啊|呢|么)?"
)


def asks_right_door(text: str) -> bool:
    """你们管不管这个; 这种事是不是该找劳动局."""
    return _whole(_RIGHT_DOOR, text)


def without_door(text: str) -> str:
    """小区门口乱停车 of 小区门口乱停车你们管不管."""
    return _DOOR_AT_END.sub("", text).strip(" ，,。")


def urges_us(text: str) -> bool:
    """你们到底管不管: asked out of patience, not whether this is the right door."""
    return bool(_OUT_OF_PATIENCE.search(text))


def without_echo(text: str) -> str:
    """红旗镇 of 哪个乡镇啊？红旗镇: the question that was asked is said over before it is answered."""
    return _ECHO.sub("", text)


def asks_for_materials(text: str) -> bool:
    """要不要小票."""
    return _whole(_MATERIALS, text)


_WHEN_THEY_COME = re.compile(
    r"(?:那|请问|大概|到底|你们|他们|人家|师傅|工人|物业|这个|这种事?|这事儿?|啥|登记了?|报上去|交上去|之?后|一般)*"
    r"(?:要|得)?(?:多久|多长时间|几天|什么时候|啥时候?|多会儿?|几时|何时|哪天)(?:才|能|会|可以|来|有|给|就)*(?:人)?(?:来|去|过来|上门)?(?:修好?|弄好?|看看?|来人|(?<=[来去过])(?:处理|管|解决)?)(?:了|啊|呀|呢|吗|完)*"
)


_WHEN_ANSWERED = re.compile(
    r"(?:那|请问|想问|问一?下|大概|到底|你们?|他们|一般|我|的|登记了?|报上去|交上去|之?后|这个?|那个?|件|事情?|事儿?|诉求|问题|投诉)*"
    r"(?:要|得|等|需要)*(?:多久|多长时间|多少天|几天|什么时候|啥时候?|多会儿?|几时|何时|哪天)(?:才|能|会|可以|得到|收到|有|给|出)*(?:我|个)*"
    r"(?:答复|回信|结果|消息|下文|说法|准信|音信|信儿?)(?:了|啊|呀|呢|吗|的|嘛)*"
)


def asks_when_answered(text: str) -> bool:
    """这事儿多少天给信儿: until when there is an answer."""
    return _whole(_WHEN_ANSWERED, text)


def asks_when_they_come(text: str) -> bool:
    """他们多久来修: how long it takes, in the words of whoever waits for a repair."""
    return _whole(_WHEN_THEY_COME, text)


def not_ours(text: str) -> bool:
    """Asks for what no office does: 导航去火车站, 银行卡密码忘了怎么办."""
    return _whole(_NOT_OURS, text)


def asks_ones_right(text: str) -> bool:
    """被打击报复能要求赔偿吗."""
    return _whole(_MAY_I, text)


def discontent(text: str) -> bool:
    """Whether somebody says no more than that they do not accept a decision: 我对处理结果不满意."""
    return _whole(_DISCONTENT, text)


def asks_on_behalf(text: str) -> bool:
    """Whether one may speak for somebody else: 我替我妈反映行吗."""
    return _whole(_ON_BEHALF, text)


def asks_after_photos(text: str) -> bool:
    """照片收到了吧; 票我有，怎么发给你们."""
    return _whole(_PHOTOS, text) or _whole(_SENDS, text)


_JUDGED = re.compile(
    r"(?:法院|法官|判决|判[的得了]|[一二再终]审|仲裁|裁决|裁定|复议)[^，。]{0,10}(?:不公|错误|判错|错判|不服|偏袒|冤|枉法|不合理|不执行|不立案)|"
    r"(?:法院|[一二再终]审|判决|判)(?:都|也|已经)?(?:判[的得了过]?|下来|赢)?了?[^，。]{0,3}(?:也|还|又|仍|照样|就|都)(?:不给|不执行|不履行|不还|没给|没执行|没钱|赖着)|"
    r"(?:打)?官司[^，。]{0,4}(?:输了|败了|没打赢|没赢)|(?:打输|输了|败了)官司|(?:不服|我?要告)[^，。]{0,8}(?:法院|判决|裁定|裁决|仲裁|复议)|判错了?案"
)
"""A matter of courts, arbitration or review: another way than petition is lawful."""
_SOON = 60


def another_way(text: str) -> str:
    """The answer on courts, arbitration or review, where a text begins with what they decided; "" for all else."""
    begins = text[:_SOON]
    if not _JUDGED.search(begins):
        return ""
    return "arbitration" if re.search(r"仲裁|复议", begins) else "litigation"


def looks_up(text: str) -> bool:
    """Asks how to use some office's service, and tells no trouble: 交通违章怎么查."""
    return asks_anyhow(text) and _whole(_LOOKS_UP, text)


def asks_anyhow(text: str) -> bool:
    """Whether a short text is a question in words that also begin a matter: for texts near a known question."""
    return asks(text) or bool(_ALSO_ASKS.search(words_only(text)))


def only_asks_how_long(text: str) -> bool:
    """那要多久之内提; 请问信访多久能答复: no part of a petition."""
    return (follows_up(text) and bool(_HOW_LONG.search(text))) or asks_when_answered(text.replace("信访", ""))


def _whole(pattern: re.Pattern[str], text: str) -> bool:
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(pattern.fullmatch(bare))
