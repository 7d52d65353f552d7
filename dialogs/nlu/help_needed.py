"""Which help a danger calls for: whose life it is, what happened, and whether the speaker threatens or is threatened.

The answers stand in ``responses.yml`` as ``utter_danger_<help>``.
"""

import re
from enum import StrEnum

from dialogs.nlu.danger import Danger


class Help(StrEnum):
    """What is to be said first. Those of ``Danger`` are said where nothing more is known."""

    SELF_HARM = "self_harm"
    POISON = "poison"
    WOUND = "wound"
    BYSTANDER = "bystander"
    OTHER_HURTS = "other_hurts"
    FUMES = "fumes"
    LOCKED_CHILD = "locked_child"
    NO_ANSWER = "no_answer"
    MISSING = "missing"
    BITE = "bite"
    WATER = "water"
    LIFT = "lift"
    PIT = "pit"
    WIRE = "wire"
    CHILD_BEATEN = "child_beaten"
    OTHER_BEATEN = "other_beaten"
    THREAT = "threat"
    THREATENED = "threatened"
    VIOLENCE = "violence"
    FIRE = "fire"
    GAS = "gas"
    COLLAPSE = "collapse"
    MEDICAL = "medical"


_C = r"[^，,。；;！!？?\n]"
_CHILD = (
    r"(?:孩子|小孩|娃儿?|宝宝|婴儿|小朋友|女儿|闺女|儿子|孙子|孙女|外孙|"
    r"细路|囡囡|崽|[一二两三四五六七八九十\d]+岁(?:的|大)?)"
)
_RELATIVE = (
    r"(?:爸|妈|爹|娘|父亲|母亲|老爸|老妈|儿子|女儿|闺女|孩子|小孩|娃|老公|老婆|媳妇|丈夫|妻子|男人|爱人|弟弟?|妹妹?|哥哥?|姐姐?|奶奶|爷爷|外婆|外公|姥姥|姥爷|"
    r"公公|婆婆|岳父|岳母|叔叔?|阿姨|舅舅?|姑姑?|婶|室友|舍友|同学|同事|朋友|工友|邻居|女朋友|男朋友|对象|老伴|孙子|孙女)"
)
_KIN = rf"(?:(?:我|俺|咱)(?:家|们)?的?)?{_RELATIVE}"
_SOMEBODY = (
    rf"(?:{_KIN}|有(?:个|一个|位)?(?:人|男的|女的|小伙|姑娘|老人|学生|孩子|工人)|"
    r"(?<!其)[他她](?!们逼)|(?<![从到去往上爬在])(?:楼上|楼下)|隔壁|对门)"
)
_OF_THE_FAMILY = re.compile(
    r"爸|妈|爹|娘|父亲|母亲|老公|老婆|媳妇|丈夫|妻子|爱人|[弟妹哥姐]|奶奶|爷爷|外[婆公]|姥[姥爷]|公公|婆婆|岳[父母]|老伴"
)
_HARMS = r"(?:跳|轻生|自杀|自残|割|上吊|烧炭|喝|吞|吃药|服|不想活|寻短|寻死|想不开|遗书|活不下去|要死|站在|爬到|坐在)"
_OF_ANOTHER = re.compile(
    rf"{_SOMEBODY}(?!{_C}{{0,4}}(?:逼|打|骂|害|不理|不管|欺负)我)[^我俺，,。；;\n]{{0,14}}{_HARMS}|"
    rf"{_SOMEBODY}(?:一直|老|总|又|刚|今天|跟我|给我|对我)*(?:说|讲|喊|发(?:信息|微信|短信|消息))[^。\n]{{0,14}}{_HARMS}"
)
_OF_ONESELF = re.compile(
    rf"(?:^|[，,。；;！!？?\n])(?:那|所以|现在|今天|今晚|真的?|就)*(?:我|俺|老子)(?!(?:家|们)?的?{_RELATIVE}){_C}{{0,8}}{_HARMS}"
)
_POISONED = re.compile(
    r"(?<![想要去])(?:喝|吞|吃|服)(?:了|下)?[^，。；\n不]{0,4}(?:农药|百草枯|敌敌畏|老鼠药|毒药|除草剂|安眠药|洁厕|消毒液)|(?:喝|服|吃)(?:了)?毒(?!品)|"
    r"(?:农药|百草枯|敌敌畏|老鼠药|安眠药|(?<![喝吃])药)[^，。；\n不]{0,6}(?:喝|吞|吃)(?:了|下|完|光)"
)
_WOUNDED = re.compile(
    r"割(?:了|开|伤|破)?(?:手?腕|脉|喉|自己|手)[^，。；\n]{0,4}|(?:手?腕|脉)[^，。；\n]{0,3}(?:割|划)(?:了|开|破)"
)
_ONLY_WISHED = re.compile(r"(?:想|要|准备|打算)(?:去)?(?:割)")
_FUMES = re.compile(
    r"一氧化碳|煤气中毒|炭(?:火)?中毒|(?:烧|点|生)[^，。；\n]{0,3}(?:炭|煤|炉|蜂窝煤)|煤炉|炭[火盆炉]|煤球|土暖气"
)
_HEATS = re.compile(r"取暖|暖|烤火|过冬|做饭|炉|中毒|一氧化碳|吃火锅|烧烤|洗澡|热水器")
_OUT_COLD = re.compile(
    r"[叫喊]不(?:醒|应|答应)|没(?:有)?(?:反应|知觉|意识)|昏|晕|不省人事|口吐白沫|恶心|头[疼痛]|站不(?:起来|稳)|醒不(?:过)?来|中毒|没气|没呼吸"
)
_LOCKED = re.compile(
    rf"{_CHILD}{_C}{{0,12}}(?:(?:反?锁|关|困|卡)(?:了)?(?:在|住|进|(?=车|屋|家|房|厕|教室))|一个人{_C}{{0,6}}(?:在家|在屋|在车|锁|关))|"
    rf"把{_C}{{0,4}}{_CHILD}{_C}{{0,8}}(?:锁|关)(?:在|到|进|厕所|屋|车|房|教室|小黑屋)"
)
_HURT_ON_PURPOSE = re.compile(r"打|虐|绑|囚|割|自杀|跳|贩|拐|刀")
_NO_ANSWER = re.compile(
    r"(?:不接|没接|没人接|打不通|联系不上|敲门(?:也)?(?:不|没)|叫门|不应门|没人应|没(?:有)?动静|不开门|没开(?:过)?门|没出(?:过)?门|没露面|没(?:见|看见|看到)(?:人|他|她|出门)|失联|走丢|走失|找不(?:到|着)了)"
)
_BITTEN = re.compile(
    r"(?:狗|犬|獒|猫|蛇|野猪|猴)[^。；\n]{0,12}咬|咬(?:伤|了)[^。；\n]{0,6}(?:个人|人|孩子|老人)|(?:被|让|给)[^，。；\n]{0,4}(?:狗|犬|猫|蛇)咬"
)
_MISSING = re.compile(r"走失|走丢|失踪|(?:人|他|她)?不见了|找不到了|找不着了|丢了|没(?:有)?回(?:来|家)")
_ELDER_OR_CHILD = re.compile(rf"{_KIN}|老人|老太|老头|大爷|大妈|独居|{_CHILD}|[七八九]十(?:多|几|来)?岁|[789]\d岁")
_BEATS_A_CHILD = re.compile(
    rf"(?:打|揍|抽|虐待?|掐|踹|烫|踢|毒打){_C}{{0,4}}{_CHILD}|{_CHILD}{_C}{{0,8}}(?:被|给|遭|挨|让){_C}{{0,6}}(?:打|揍|抽|虐|掐|踹|烫)|"
    rf"{_CHILD}{_C}{{0,12}}(?:身上|脸上|腿上){_C}{{0,6}}(?:伤|青|紫|淤|血)"
)
_GROWN = re.compile(
    r"女婿|儿媳|婆家|(?:[他她]|女儿|闺女|儿子|妹妹?|姐姐?|嫂子?|孙女)(?:家)?的?(?:老公|丈夫|男人|男朋友|前夫|前男友|对象|老婆|媳妇|婆婆|公公|女朋友)|"
    r"(?:女儿|闺女|囡囡)[^，。]{0,4}(?:被|给|让|遭|俾)(?:家里)?(?:老公|丈夫|男人|男朋友|前夫|婆婆|公公)|[2-6]\d岁|[二三四五六]十[多几来]?岁"
)
"""Who is somebody's son or daughter and married: no child."""
_BEATS = r"(?:打(?![扰电车算听开断工卡折包扫理架])|揍|抽(?!烟)|砍|捅|掐|踹|踢|扇|殴打|毒打|暴打|家暴|虐待|围着打)"
_ADULT = (
    rf"(?:{_KIN}|女的|男的|女人|那人|人家|一个人|有人|老人|老太太?|老头|大爷|大妈|小伙子?|姑娘|工友|[他她佢](?!们))"
)
_BEATS_ANOTHER = re.compile(
    rf"{_BEATS}(?:了|着|得|伤|死|一)?{_C}{{0,3}}{_ADULT}|{_ADULT}{_C}{{0,6}}(?:正|又|还|一直|在)*(?:被|给|遭|挨|让|俾|畀){_C}{{0,8}}{_BEATS}|"
    rf"(?:两口子|夫妻|他们){_C}{{0,6}}打(?:起来|架)"
)
_BEATS_ME = re.compile(
    rf"{_BEATS}(?:了|得|伤)?(?:我|俺|咱|额)(?!(?:们)?(?:家)?的?(?:{_RELATIVE}|邻居))|(?:^|[，,。；;！!？?\n])(?:我|俺|咱)(?:又|刚|一直|正|天天)*(?:被|给|让|遭|挨|俾|畀)|(?:我|俺)(?:挨|遭)"
)
_WATER = re.compile(
    r"(?:掉|跌|落|滑|栽|跳|冲|卷|沉)[^，。；\n]{0,4}(?:河|水里|水中|水库|江|湖|塘|池子?里|海里|渠)|落[到咗]?水|溺水|"
    r"(?:河|江|湖|塘|水库|渠|泳池|海)(?:里|中|头|面)?[^，。；\n]{0,10}(?:扑腾|挣扎|沉下|漂着|冒泡|喊救)|(?:人|娃儿?|孩子?|老人|他|她)(?:被)?(?:水|浪)?(?:冲|卷)(?:走|跑|下去)"
)
_LIFT = re.compile(
    r"(?:电梯|升降机|轿厢|𨋢)[^。；\n]{0,14}(?:困|关|卡|停|出不来|不动|里面|里头|有人|坠|夹)|(?:困|关|卡)(?:在|住)[^，。；\n]{0,4}(?:电梯|轿厢|𨋢)"
)
_PIT = re.compile(
    r"(?:掉|跌|摔|滑|栽|落)[^，。；\n]{0,3}(?:进|到|下|入|落|在)?[^，。；\n]{0,5}(?:井(?!盖)|坑|洞|沟|窖|窨|化粪池)|"
    r"(?:井|坑|洞|窖|化粪池)(?:里|下|底|头)[^，。；\n]{0,8}(?:人|娃|孩)|井盖?[^。；\n]{0,12}(?:掉|跌|摔|踩|下)(?:下|进|了)?(?:去|进去)"
)
_WIRE = re.compile(
    r"(?:电线|高压线|电缆|火线|线)[^，。；\n]{0,6}(?:断|掉|落|垂|塌)[^。\n]{0,10}|漏电|触电|(?:树|杆|广告牌|架子)[^，。；\n]{0,6}(?:压|砸|搭|挂|倒)[^，。；\n]{0,4}(?:电线|高压线|电缆)|(?:被|给|遭|俾)电(?:到|着|倒|了|咗)|电(?:死|倒)(?:了)?人"
)
_IN_NEED_OF_RESCUE = (
    (_WIRE, Help.WIRE),
    (_LIFT, Help.LIFT),
    (_PIT, Help.PIT),
    (_WATER, Help.WATER),
)
_BITES = frozenset({Danger.COLLAPSE, Danger.MEDICAL})
_RESCUED_FROM = frozenset({Danger.COLLAPSE, Danger.FIRE, Danger.MEDICAL})
_KILLS = (
    r"(?:杀|砍|捅|卸|废|打断|打残|弄死|打死|整死|做掉|干掉|宰|剁|烧死|撞死|炸|点了|灭|放火|泼|一把火|"
    r"要(?:了)?[他她你]的?命|同归于尽|拼命|拼了|弄你|弄他)"
)
_ME = r"(?:我|俺|咱|我们|俺们|全家|一家|孩子|我家|我妈|我爸|老婆)"
_THEY_THREATEN = re.compile(
    rf"{_KILLS}(?:了|死|掉|光)?{_ME}|(?:把|要|拿刀|提刀|持刀){_C}{{0,3}}{_ME}{_C}{{0,4}}{_KILLS}|要(?:了)?{_ME}的?(?:狗)?命|"
    rf"(?:威胁|恐吓|扬言|放话|放狠话|警告|吓唬)(?!我们?要去){_C}{{0,16}}|"
    rf"(?:前夫|前妻|老公|丈夫|男人|男朋友|前男友|婆家|邻居|房东|老板|包工头|[他她]们?|对方|那人|有人|讨债的?|黑社会|债主|物业|村霸|混混){_C}{{0,14}}(?:说|讲|喊|发(?:信息|短信|微信)){_C}{{0,8}}{_KILLS}|"
    rf"(?:前夫|前妻|老公|丈夫|男人|男朋友|前男友|邻居|房东|对方|那人|有人|讨债的?|黑社会|债主|混混|[他她]们?){_C}{{0,6}}(?:要|拿|持|提|带){_C}{{0,6}}{_KILLS}|"
    rf"(?:前夫|前妻|老公|丈夫|男朋友|前男友|邻居|房东|对方|讨债的?|黑社会|债主|混混|[他她]们?){_C}{{0,6}}(?:要|拿|持|提|带){_C}{{0,6}}(?:刀|棍|汽油)"
)
_I_THREATEN = re.compile(
    rf"(?:^|[，,。；;！!？?\n])(?:再不{_C}{{0,10}}|那|今天|明天|今晚|真的?|大不了|信不信|逼急了|总有一天)*(?:我|俺|老子|老娘|我们|咱)(?!{_C}{{0,6}}被){_C}{{0,8}}(?:要|想|就|去|敢|会|非|得|恨不得|一定|准备|把|跟|和){_C}{{0,8}}{_KILLS}(?!我)|"
    rf"(?:就|要|去|恨不得|一定|非得?)(?:把)?(?:他|她|你|那|这|物业|村长|书记|老板|领导|包工头|信访){_C}{{0,8}}{_KILLS}"
)


def help_for(danger: Danger, text: str) -> Help:
    """What to say first to ``text``, in which ``danger`` was heard."""
    if danger in {Danger.SELF_HARM, Danger.MEDICAL, Danger.GAS} and _is_of_fumes(text):
        return Help.FUMES
    if danger is Danger.SELF_HARM:
        return _of_self_harm(text)
    if danger in {Danger.THREAT, Danger.VIOLENCE}:
        return _of_violence(danger, text)
    if danger in _BITES and _BITTEN.search(text):
        return Help.BITE
    if danger in {Danger.MEDICAL, Danger.COLLAPSE} and (special := _of_the_helpless(text)):
        return special
    rescued = (chosen for where, chosen in _IN_NEED_OF_RESCUE if where.search(text))
    return next(rescued, Help(danger.value)) if danger in _RESCUED_FROM else Help(danger.value)


def is_of_the_speaker(chosen: Help, text: str) -> bool:
    """Whether who speaks may harm themselves: they are not left alone afterwards."""
    if chosen in {Help.POISON, Help.WOUND}:
        return not _is_of_another(text)
    return chosen is Help.SELF_HARM


def _of_self_harm(text: str) -> Help:
    if _POISONED.search(text):
        return Help.POISON
    other = _is_of_another(text)
    if _WOUNDED.search(text) and not _ONLY_WISHED.search(text):
        return Help.OTHER_HURTS if other else Help.WOUND
    return Help.BYSTANDER if other else Help.SELF_HARM


def _of_violence(danger: Danger, text: str) -> Help:
    if special := _of_the_helpless(text):
        return special
    if _BEATS_A_CHILD.search(text) and not _GROWN.search(text):
        return Help.CHILD_BEATEN
    if _is_beaten(text):
        return Help.OTHER_BEATEN
    if _THEY_THREATEN.search(text):
        return Help.THREATENED
    return Help.THREAT if danger is Danger.THREAT or _I_THREATEN.search(text) else Help.VIOLENCE


def _is_beaten(text: str) -> bool:
    """Whether somebody else, grown up, is beaten; who speaks tells it, and neither does it nor bears it."""
    return bool(_BEATS_ANOTHER.search(text)) and not (_BEATS_ME.search(text) or _I_THREATEN.search(text))


def _of_the_helpless(text: str) -> Help | None:
    if _LOCKED.search(text) and not _HURT_ON_PURPOSE.search(text):
        return Help.LOCKED_CHILD
    if not _ELDER_OR_CHILD.search(text):
        return None
    if _MISSING.search(text):
        return Help.MISSING
    return Help.NO_ANSWER if _NO_ANSWER.search(text) else None


def _is_of_fumes(text: str) -> bool:
    """Of fumes that somebody breathed by mischance, not of charcoal lit to die by."""
    return bool(_FUMES.search(text) and _OUT_COLD.search(text)) or (
        bool(_FUMES.search(text) and _HEATS.search(text)) and not _OF_ONESELF.search(text)
    )


def _is_of_another(text: str) -> bool:
    return bool(_OF_ANOTHER.search(text)) and not _OF_ONESELF.search(text)


def whom(text: str) -> str:
    """What the one in danger is to be called, where it is not the speaker."""
    if re.search(_CHILD, text):
        return "孩子"
    return "家人" if _OF_THE_FAMILY.search(text) else "对方"
