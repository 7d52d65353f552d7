"""What is said after an alarm: help refused, a threat taken back, or something else altogether."""

import re

from dialogs.nlu import commands
from dialogs.nlu.all_clear import is_all_clear, told_after_all_clear
from dialogs.nlu.danger import Danger, danger_in, without_danger
from dialogs.nlu.matter import Categories, asks, tells_a_matter
from dialogs.text.clean import words_only
from dialogs.text.phrases import made_of

_LONGEST = 40
_CLAUSE = re.compile(r"[^，,。；;！!？?\n]+[，,。；;！!？?\n]*")
_REFUSES = made_of(
    r"别(?:再)?(?:劝|管|拦|救|找|理|烦|来|说|打扰|安慰|假惺惺)(?:我)?|(?:不用|不要|不需要|甭|莫)(?:你们?|您)?(?:再)?(?:劝|管|救|找|理|安慰|关心|来|说|打)(?:我)?|"
    r"没(?:什么|啥)?用|没意[义思]|救不了|帮不了|管不了|劝不了|来不及|太(?:晚|迟)|晚|"
    r"(?:你们?|您|没人|谁也|谁都)(?:都|也)?(?:不懂|不明白|不会懂|帮不了|救不了|管不了|别管|拦不住|懂什么|知道什么)|让我(?:走|去|死|一个人|静静|安静|待|静一静)|不想(?:说|聊|打|活)|不打|打过|打不通|没人接|"
    r"(?:电话|热线|12356|号码)(?:也|都)?(?:没用|没人接|打不通|打过)|随便|无所谓|都一样|就这样|算|够|累|好累|想(?:走|静静)|决定好|想好|意已决|再见|拜拜|永别|谢谢?|多谢|"
    r"我|你们?|您|们|已经|都|真的|就|再|也|了|啦|吧|啊|呀|呢|的|嗯|好|哦|不|别|是|这|一下|对不起|行吗|好吗|行不行|求|说什么|什么|怎么|做|再说"
)
_REFUSES_CORE = re.compile(
    r"劝|管|拦|救|没.{0,2}用|没意|来不及|[晚迟]|不懂|不明白|懂什么|让我|不想|不打|打过|打不通|没人接|随便|无所谓|都一样|再见|拜拜|永别|想好|决定|意已决|理我|烦我|累"
)
_TAKEN_BACK = made_of(
    r"唉|哎|(?:我)?(?:说|讲)的?(?:都)?是?气话|(?:你|您|咱们?|我们)?(?:接着|继续)(?:登记|办|弄)吧?|气话|说说而已|说说|随口(?:说|一说)|瞎说|胡说|(?:和|跟)?(?:你们?)?开(?:个)?(?:玩笑|顽笑)|玩笑话?|没(?:有)?(?:那|这)?个?(?:意思|想法|打算|念头)|不是(?:那|这)个?意思|"
    r"不会(?:真的?|再)?(?:这么|那么|乱)?(?:做傻事|干傻事|伤人|伤害自己|伤害别人|杀人|动手|想不开|做|去|干|来|死|跳)|想(?:开|通|明白)|好(?:多|一点|一些|点|些|很多)|冷静(?:下来|多)?|"
    r"(?:没有|不再|不|没)(?:想|要|打算|会)?(?:再)?(?:寻死|死|自杀|跳楼|轻生|想不开|做傻事|干傻事|杀人|砍人|动手)|没(?:有)?(?:真的?)?(?:想|要)(?:死|杀|砍|跳)|吓(?:唬|到|着)?你们?|发泄|一时(?:冲动|糊涂|生气|气|激动)|"
    r"冲动|激动|说(?:得|的)?(?:过|重|急|过头)|我|俺|刚才|刚刚|就|只|是|现在|已经|真的?|对不起|不好意思|抱歉|别(?:当真|担心|紧张|误会)|不用(?:当真|担心|紧张)|请|放心|你们?|您|了|啊|的|呀|吧|呢|嘛|而已|一下|话|也|都|没事儿?|谢谢|活(?:下去|着)"
)
_TAKEN_BACK_CORE = re.compile(
    r"气话|说说|瞎说|胡说|玩笑|意思|想法|念头|打算|不会|想[开通明]|好[多一点些很]|冷静|[不没].{0,3}(?:死|自杀|跳|轻生|想不开|傻事|杀|砍|动手)|吓|发泄|一时|冲动"
)
_DENIES = re.compile(
    r"(?:[你您]们?|可|请|就|也)*(?:别|莫|不要|不用|甭)(?:再|老|瞎|乱|这么|那么)*(?:吓唬?|乱说|瞎说|误会|多想|想多|想歪|紧张|咒|大惊小怪)(?:我|俺|人|了|啊|呀|嘛)*|"
    r"(?:我|俺|他|她|人家|这|那|又|可|根本|并|真的?|也|都|就|哪里?|才|谁说)*(?:没有?|冇|不是|唔系|不|唔)(?:说|被|要|想|会|打算|什么|啥|那么|这么|你说的)*"
    r"(?:逼急|急眼|死|自杀|跳楼|寻死|轻生|想不开|寻短见|做傻事|危险|那个?意思|这个?意思|伤人|打人|杀人|闹事|严重|燃气|煤气|着火|火灾|出事)(?:了|啊|呀|嘛|的|呢|吧)*|"
    r"(?:[你您]们?|这|机器人|可能|是|肯定)*(?:误会|想多|弄错|搞错|理解错|会错意|想岔|想歪|听错|看错|搞岔|多心)(?:了|啦|我|意思|我的|俺|啊|吧)*|"
    r"哪有(?:那么|这么)?(?:严重|危险|吓人)(?:啊|呀|嘛)?|不至于(?:吧|啊)?|(?:你|您|这)?(?:说|扯|想)?(?:到)?(?:哪儿?|哪里)(?:去)?了?|(?:就是|只是|是)?(?:个)?(?:打个?比方|比喻|夸张|随口一说)"
)
_ONLY_HUSHES = re.compile(r"(?:[你您]们?|可|请|就|也)*(?:别|莫|不要|不用|甭)")
"""你别吓我 alone does not say that nothing is the matter."""
_ONLY_WANTS = re.compile(
    r"(?:我|俺|咱|们|就|是|只|光|不过|其实|这次|来|真的?)*(?:就是|就系|只系|只是|只|光|不过是|是)(?:想|要|来|在)*(?:问|打听|咨询|说|反映|投诉|叫|让|请|找|要|希望|催|求)[^，,。；;！!？?\n]{0,16}"
)
"""我就是问养老院: what it was all about."""
_FILLS = made_of(r"哎|唉|哎呀|啊|呀|不是|不|没有?|喂|嗯|哦|好好|拜托|放心|姑娘|同志|老师|你|您|了|嘛|吧|啦")
_SHORT = 14
_LEADS_TO = re.compile(
    r"^(?:我|俺|他|她|人|孩子|我们|他们|现在|就|家|住|地址|位置)*(?:是|在|住在|住)[：: ]?|^(?:地址|位置)[：: ]+"
)
_COMES = re.compile(
    r"来(?:人)?(?:吗|么|不|没|啊|呀|了吗|了没|救)|"
    r"(?:快|马上|赶紧|赶快|什么时候|多久|几时|怎么还不|咋还不|还不|谁|派人|有人|叫人)[^，。]{0,4}来|派(?:人|警)|怎么办|咋办|点算|快点|快啊|帮帮我|后悔|救(?:我|命|人|救)"
)
_MENDS = re.compile(r"[来人](?:给我)?(?:修|看看|处理|弄|整)|修[啊呢吗]?$|办好|结果|答复")
"""什么时候来修啊 asks after a matter that was told, and for nobody to come at once."""
_ALONE = re.compile(
    r"(?:都|也|从来|根本)?(?:没人|没有人|谁都不|谁也不|都不|不)(?:来)?(?:管|帮|理|要|疼|爱|懂)(?:过)?(?:我|俺)?的?|没人管|不管我"
)
"""Loneliness, not a complaint of an office."""
_WISH_OF_ITS_OWN = frozenset(
    {"show_progress", "withdraw", "call_person", "add_to_case", "rate", "file_petition", "help"}
)
_FILES = re.compile(r"(?:好的?|嗯|那|我|就|请|麻烦|帮我|要|想|现在|可以|给我)*登记(?:一下|吧|了|下)*")
_OF_THE_DANGER = {
    Danger.FIRE: re.compile(r"火|消防|烟|电线|线路|飞线|充电|通道|燃气|煤气|天然气|灭|烧"),
    Danger.GAS: re.compile(r"气|管道|阀"),
    Danger.COLLAPSE: re.compile(r"塌|墙|楼|房|屋|电梯|桥|井|坑|树|电线|水|护栏"),
}
"""What belongs to a danger that the city deals with, in whatever words."""
_EXPLAINS = 20
_REASON = re.compile(
    r"(?:原来|其实|就|只|都|应该|可能|大概)*"
    r"(?:是|因为|搞错|弄错|看错|闻错|(?:消防员?|警察|民警|医生|物业)(?:已经?|都|来|到|过来|说))"
)
_CALLED = re.compile(
    r"(?:我|我们|邻居|家里人|物业)*(?:已经|刚刚?|都|早就?)*"
    r"(?:[打拨](?:过|完)?(?:电话)?了?(?:110|119|120|12356|电话)?了?|报(?:过)?(?:火?警|案)了?"
    r"|(?:给)?(?:110|119|120|消防|警察|派出所|燃气公司|物业)(?:都)?打(?:过)?(?:电话)?了)"
    r"(?:他们)?(?:在路上|(?:说|正)?(?:马上|在)(?:来|到))?了?"
)
_THING = r"(?:阀门?|总阀|燃气|煤气|天然气|液化气|煤气罐|气罐|气|炉子|灶|电闸?|总闸|闸|电源|门窗|窗户?|门|火)"
_DONE = r"(?:关|断|拉|开|打开|敞开|切断|拔|灭)(?:好|掉|上|下|开|紧|死)?"
_SECURED = re.compile(
    rf"(?:我|我们|俺|家里人?|老伴|邻居|刚刚?|已经|都|也|就|现在|先|把|人)*"
    rf"(?:(?:{_THING}(?:都|也|已经|全|给|和|跟)*)+{_DONE}(?:了|咗)|{_DONE}(?:了|咗)?(?:{_THING}(?:和|跟)?)+了?"
    r"|(?:都|已经|在)?(?:出|到|跑|站|躲|下)(?:到|来|去|在)*(?:屋外|外面|外头|楼下|门外|院子里?|室外)了?)"
    r"(?:我|我们|人|都|也|就|已经|现在|了|啊|呀|在外面|出来)*"
)
_WHO = (
    r"(?:[他她它佢]们?|佢哋|他[哋地]|我们?|俺们?|咱们?|人|大家|(?:我|俺)?(?:家)?的?(?:爸爸?|妈妈?|爹|娘|父亲|母亲|老公|老婆|媳妇|丈夫|儿子|女儿|闺女|孩子|娃儿?|老伴|"
    r"奶奶|爷爷|姥姥|姥爷|外婆|外公|弟弟?|妹妹?|哥哥?|姐姐?|邻居|同事|朋友|工友|同学)|老人|小孩|病人|那个?人|女的|男的)"
)
_IS_AT = re.compile(
    rf"(?:{_WHO})?(?:现在|目前|这会儿?|还|就|一个人|都|也|正|人)*(?:是)?(?:住?在|喺|搁|住)(?P<where>[家店厂村]|[\u3400-\u9fffA-Za-z0-9]{{2,16}})"
)
_IS_DOING = re.compile(
    r"^(?:哭|想|等|看|喝|抽|发|打|听|说|走|吐|喘|流|烧|闹|骂|吵|睡|吃|叫|喊|劝|跟|跑|找|抖|一起|一块|干什么|干嘛|哪)|什么|(?:了|着|呢|吗)$"
)
_GONE = re.compile(
    r"(?:[他她佢]们?|佢哋|他[哋地]|人(?:都)?|那(?:帮|伙|些|几个|个)?人?|这(?:帮|伙|些)人?|人家|对方|坏人|歹徒|凶手|流氓|混混|打手|"
    r"(?:打|砍|骂|砸|闹|追|堵|威胁|抢)[^，。]{0,5}(?:的人?|人的?)|(?:我)?(?:老公|丈夫|男人|前夫|儿子|男朋友|女婿|老板|邻居|城管|保安))"
    r"(?:已经|刚刚?|都|现在|全|就|又|自己|开车|骑车|这会儿?)*(?:走|跑|逃|散|离开|撤|溜|出去|出门)(?:掉|开|光|远)?(?:了|咗|哒|哩)(?:吧|啊|呀|哈)?"
)
_WANTS = re.compile(r"反映|投诉|举报|登记|想|要")
_PETITIONS = re.compile(
    r"上访|走访|信访局|进京|上京|告御状|越级|(?:去|到|上|找|奔|赴)(?:北京|首都|中央|国家|国务院|中南海|省城|省里|省政府|省委|市里|市政府|上面|上头|上级)"
    r"|(?:告|反映|捅|闹)(?:到|去|上)(?:北京|中央|省里|市里|上面|上头|国家)"
)
_PETITION_LONGEST = 30


def refuses_help(text: str) -> bool:
    """Whether somebody only says that they want no help, that it is too late, or goodbye."""
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(_REFUSES.fullmatch(bare)) and bool(_REFUSES_CORE.search(bare))


def asks_who_comes(text: str) -> bool:
    """Whether somebody in danger asks or begs for help to come: 你们来吗, 快派人来, 怎么还不来."""
    bare = words_only(text)
    return len(bare) <= _SHORT and bool(_COMES.search(bare)) and not (_MENDS.search(bare) or wants_filed(text))


def has_called(text: str) -> bool:
    """Whether somebody says that help was called, and nothing else: 已经打了, 打过119了, 报警了."""
    bare = words_only(text)
    return len(bare) > 1 and bool(_CALLED.fullmatch(bare))


def has_secured(text: str) -> bool:
    """Whether somebody says what they did against a danger, and nothing else: 关了阀门了, 窗户打开了, 到外面了."""
    said = [words_only(clause.group()) for clause in _CLAUSE.finditer(text[:_LONGEST])]
    return len(text) <= _LONGEST and any(map(len, said)) and all(_SECURED.fullmatch(one) for one in said if one)


def is_at(text: str) -> str:
    """The place in 她在绵竹: said after an alarm, a bare name is where somebody is; "" for what they do (他在哭)."""
    found = _IS_AT.fullmatch(words_only(text))
    where = found["where"] if found else ""
    return "" if _IS_DOING.search(where) else where


def have_gone(text: str) -> bool:
    """Whether a text says no more than that those who did it are gone: 他们走了, 打我的人跑了."""
    return bool(_GONE.fullmatch(words_only(text)))


def goes_to_petition(text: str) -> bool:
    """Whether somebody means to take their matter to an office, the capital's among them: 我要去北京上访."""
    return len(words_only(text)) <= _PETITION_LONGEST and bool(_PETITIONS.search(text))


def said_where(text: str) -> str:
    """The text without the words that lead to a place: 他在, 地址是, 快来."""
    return _LEADS_TO.sub("", text)


def is_past(text: str) -> bool:
    """Whether a text says that nobody is in danger, or that nothing was meant by it; and nothing else."""
    return is_all_clear(text) or _takes_back(text) or _explained(text) or denies_alarm(text)


def came_for_more(text: str) -> bool:
    """Whether a denial says what it was all about: what was put off is a matter then, in whatever words."""
    said = [words_only(clause.group()) for clause in _CLAUSE.finditer(text[: _LONGEST * 2])]
    return denies_alarm(text) and any(_ONLY_WANTS.fullmatch(one) for one in said)


def denies_alarm(text: str) -> bool:
    """Whether somebody says that the alarm was none, and at most what they came for: 你别吓我，我就是问养老院."""
    said = [words_only(clause.group()) for clause in _CLAUSE.finditer(text[: _LONGEST * 2])]
    if not said or len(words_only(text)) > _LONGEST:
        return False
    denied = [one for one in said if _DENIES.fullmatch(one)]
    beside = [one for one in said if one not in denied]
    if not denied or all(_ONLY_HUSHES.match(one) or _FILLS.fullmatch(one) for one in said if one):
        return False
    return all(
        not one or is_all_clear(one) or _takes_back(one) or _ONLY_WANTS.fullmatch(one) or _FILLS.fullmatch(one)
        for one in beside
    )


def told_after(text: str) -> str:
    """What a text tells after its first clauses said so; "" where they do not."""
    if told := told_after_all_clear(text):
        return told
    said = ""
    for clause in _CLAUSE.finditer(text[: _LONGEST * 5]):
        if not _takes_back(clause.group()):
            return text[clause.start() :].strip() if said else ""
        said += clause.group()
    return ""


def _takes_back(text: str) -> bool:
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(_TAKEN_BACK.fullmatch(bare)) and bool(_TAKEN_BACK_CORE.search(bare))


def _explained(text: str) -> bool:
    """没事了，是饭烧糊了: what it was, after word that it is over."""
    why = told_after_all_clear(text)
    plain = bool(why) and len(words_only(why)) <= _EXPLAINS and not (asks(why) or danger_in(why) or _WANTS.search(why))
    return plain and bool(_REASON.match(why))


def is_something_else(text: str, categories: Categories) -> bool:
    """Whether a text clearly wants something of the office, after talk of ending one's life."""
    command = commands.command_in(text, in_form=False)
    if command in _WISH_OF_ITS_OWN or commands.opens(text) or commands.case_numbers(text) or wants_filed(text):
        return True
    rest = _ALONE.sub("", text)
    return tells_a_matter(rest, categories) or (asks(rest) and bool(categories.of(rest)))


def wants_filed(text: str) -> bool:
    """登记, 帮我登记: what was told before is to be filed."""
    return bool(_FILES.fullmatch(words_only(text)))


def is_related(text: str, danger: Danger | None) -> bool:
    """Whether the text speaks of what goes with that danger."""
    related = _OF_THE_DANGER.get(danger) if danger else None
    return bool(related and related.search(text))


def beside_the_danger(text: str) -> str:
    """The text without the clauses that tell of the danger or what goes with it: smoke goes with a fire."""
    danger = danger_in(text)
    clauses = _CLAUSE.findall(without_danger(text))
    return "".join(clause for clause in clauses if not is_related(clause, danger))
