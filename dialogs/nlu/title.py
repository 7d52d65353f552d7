"""A title of about nineteen characters for a matter: place, thing, fault."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from dialogs.nlu.masking import masked
from dialogs.nlu.matter import Categories, finds_fault, sounds_amiss
from dialogs.nlu.places import Lack, find_place, without_district
from dialogs.nlu.title_words import LONGEST, clauses_of, shortened, stripped, terse
from dialogs.nlu.wished import asked_rather

BEST_LENGTH = 19
_NO_WORDS = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]{1,15}://[!-~]+|<!\[CDATA\[|\]\]>|</?[A-Za-z][^<>]{0,40}>|&[a-z]{2,6};|[\u2600-\u27bf\U0001f000-\U0001faff]"
)
"""Links and markup stay in the content; a title is words."""
_HIDDEN = re.compile(r"[\d-]*\*{4,}[\dXx]*")
_READ, _CLAUSES = 1500, 14
_GOES_ON = re.compile(
    r"政府|督促|尽快|整得|弄得|搞得|闹得|害得|还(?![没不是])|影响|导致|结果|把(?!我?家?(?:孩子|车))|到(?!现在)|去(?!年)|找(?!不)|问|后来|当时|第[一二三四五]|说(?!好)|他|她|它|让|又|再|才|可是|但是?|所以|于是|跟|推给|里面|今年\d|家住|住在|打\d|"
    r"好不容易|轮到|那天|请|盼|望|谢|联系|共计|其中|户口|跑了|电话|[我俺](?!们?[庄村镇乡社厂校小])|你|您|好几|不知道|以后|连个?说法|人家|反映|吓|气死|差点|真"
)
"""How a clause begins that tells what came of it, not what it is."""
_WHO = re.compile(
    r"(?:是|姓|叫|住|家住|在|今年)?[^，]{0,20}(?:的?老?[\u4e00-\u9fff](?=今年)|[\d〇零一二三四五六七八九十]+岁了?|今年[\d〇零一二三四五六七八九十]+了?|人|(?:住|干|做|打工|上班|工作)了?[^，]{0,8}(?:工|年|活)|住院|上学|读书|上班|(?:上|读|念)[一二三四五六七八九初高大小]+(?:年级|学|中)?|家长|住在[^，]{2,8}|业主|村民|居民|退休职工|卖菜|姓[\u4e00-\u9fff]|的老[\u4e00-\u9fff])"
)
"""Who tells it, or where they were: 在工地干木工, 今年七十六了."""
_REACHED = re.compile(
    r"电话[^，]{0,3}(?:不接|打不通|没人接|关机)|不接电话|[不没]见(?:我|人|我们)$|联系不上|失联|(?:互相|来回)?(?:踢皮球|推诿|推来推去)|没人管$|没结果|没消息|(?:说|找|问|反映|投诉|打)了?(?:好几|很多|多|无数|[一二两三四五六七八九十几\d]+)[次遍回趟]|^打\d+|没有?(?:个|一个)?说法|找不[着到]人"
)
"""Who was not reached, who did nothing about it: that comes after the matter."""
_IT = re.compile(
    r"(?:\d{1,2}月[底初份]?|[上这]个?(?:月|周|星期)|昨天|前天|现在|结果|后来)?(?:它|他们|人家|那家店?|这家店?)(?=[关跑倒搬不没])"
)
_DEALT_WITH = re.compile(
    r"(?:[在跟找的去]|^)(?P<whom>(?:(?![在跟找的去])[\u4e00-\u9fff]){2,8})(?:办|充|交|买|报|订|付)了"
)
_A_NOUN = re.compile(r"[\u4e00-\u9fff]{2,4}")
_DOES = re.compile(r"[做干打上住买卖当开去]")
_FELT = re.compile(
    r"摸黑|摔(?:了|倒|跤|过|伤)|[热冷气烦吵急吓愁熏]死|逼疯|受不了|吓人|害怕|神经(?:都)?衰弱|心脏(?:病|不好)|[要快]疯|没法活|急得|心里"
)
"""What it does to the one who tells it."""
_ONLY_WHEN = re.compile(
    r"(?:从|自从?|打从?)?(?:\d{2,4}年|[去今前]年|上上?个?月|上上?个?(?:周|星期|礼拜)[一二三四五六日天]?|昨天|前天|[前那]几天|前段时间|有一天)?(?:\d{1,2}|[一二三四五六七八九十]{1,3})?"
    r"(?:月份?)?(?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日号]?|上旬|中旬|下旬|初|底)?(?:[春夏秋冬]天)?(?:早上|上午|中午|下午|晚上|夜里|放学|放假|以?来|开始|起|的时候)*"
)
"""去年五月份: when it was, and nothing of what."""
_SAID_TO = re.compile(
    r"(?:[^，]{0,8}?(?:街道|社区|村里|村委会?|居委会|物业|开发商|公司|厂里|老板|政府|镇里|镇上|区里|局里|单位|学校|他们|人家|当时|先前))?"
    r"(?:说好|说是?要|说会|答应|承诺|通知说?)(?:了)?(?:要|会)?(?:给(?:我们?|俺们?|咱们?|大家)?(?:家|村|小区|楼)?)?(?P<what>[\u4e00-\u9fff0-9]{2,14})"
)
_UNKEPT = re.compile(
    r"(?:到现在|至今|到今天|直到现在|现在|结果|后来|可是|但是?|[一二两三半\d]+多?年了)*(?:还是|一直|也|都|就|还|只|又|连|[\u4e00-\u9fff]{2,5}(?=就?不|没))*"
    r"(?:没有?|不|一分|只(?:补|修|发|给|建|装|拆)|停|烂尾)[^，]{1,12}"
)
"""What was said to come, and what became of it."""
_DONE_FOR_IT = re.compile(r"让|叫|我|签|登记|材料|后来问|问了")
_THING = re.compile(
    r"[^，]{0,9}(?:门|灯|路|桥|电梯|井盖|管道?|墙|锁|暖气|厕所|护栏|电线|水表|屋顶|楼道|台阶|水泵|空调|下水道|栏杆)"
)
_BROKEN = re.compile(
    r"(?:都|也|又|全|就|已经|一直|老是?)*(?:坏|堵|漏|塌|断|裂|破|烂|歪|掉|响|黑|停|卡|不[亮通热转关])[^，]{0,10}"
)
_ONLY_BROKEN = re.compile(r"(?:都|也|又|全)?(?:坏|断|堵|塌|烂|破|裂)(?:了|掉了)?")
_HURT = re.compile(r"掐|体罚|踢|推倒|欺负|辱骂|(?<!电)打(?:了|我|他|她|人|孩子|学生)")
_SCOLDED = re.compile(r"^(?:骗子|黑心|无良|垃圾|狗屁|什么破|该死的?)[^，]{0,6}$|^退钱$")
_WHERE_ONLY = re.compile(
    r"^就?在[^，]*(?:的)?(?:地方|那边|那里|旁边|门口)$|"
    r"^[^，]{0,6}(?:买|租|住)[的在了][^，]{2,14}(?:[楼号室栋苑城园]|小区|单元|房子?)$"
)
_UNSAID = re.compile(r"(?:用|挖|跑|问|去|打|报|交|等|蹲|做|吃|栽|开|住|花|转|摆|放|横)(?:[开到完出])?了")
"""Begins with what was done, and does not say to what."""
_REFUSED = re.compile(
    r"(?!到现在|至今|一直|就是|[都也还]|现在)[^，]{2,12}?不(?:收|让|给|批|认|签|接收|同意|录取|发|退)(?:我们?|人|了|啊|呀)?"
)
_ASKED_NOW = re.compile(r"^(?:现在|可是|但是?|结果|人家|就是)|(?:了)?(?:怎么办|咋办|咋整|怎么弄|合理吗|对吗)[啊呀呢]?$")
_OF_WHAT = re.compile(
    r"孩子|小孩|儿子|女儿|闺女|老人|学生|上学|入学|入园|转学|就业|看病|住院|报销|户口|房|证|补贴|工资|押金|定金|款|费"
)
"""不收 alone names not what was refused: that stands in a clause before it."""
_REPLIED = re.compile(r"(?:商家|老板|店家|卖家|对方|人家|平台|门店|客服)(?:还|也|都|就)?(?:不|说|没)")
"""What the other side had to say to it."""
_PASSED_ON = re.compile(
    r"说是?[^，]{0,6}自己|(?:物业|社区|居委会|村委会|村里|街道|城管|派出所|开发商|单位|公司|厂里?)(?:还|也|都|就|只|光)*(?:说|讲|推)[^，]{0,4}(?:不归|不管|管不[了着]|没办法|没钱|等|不是他们|没权)"
)
"""Who would not deal with it, and what they said."""
_PAID = re.compile(r"就是?收了[^，]{0,4}费|^合同上?写")
"""物业就是收了物业费, 合同写某日交房: what ought to follow did not, and comes after it."""
_PLEADS = re.compile(r"政府|督促|尽快|[有相]关部门|领导|给个?说法")
_PLEASANT = re.compile(
    r"(?:首先|先)?(?:非常|衷心)?感谢(?:政府|领导|党|国家|你们|各级|信访)[^，]*|[^，]*越来越好|[^，]{0,6}看在眼里|公园也多了|(?:有)?个?小?事情?(?:想)?(?:要)?麻烦[^，]*|不好意思[^，]*|辛苦[您你][^，]*|(?:我?是)?一[名个位](?:普通|退休|年迈|本地|外地)+的?[\u4e00-\u9fff]{2,8}|(?:一共|总共)?[^，]{0,4}户人家|多数都?是老人|[^，]{0,8}写(?:这封|此|下这封)?信[^，]*|(?:实在|确实|真的?)?(?:是)?(?:没有?办法|走投无路|迫不得已)了?|[^，]{0,8}(?:打字慢|不[^，]{0,2}会打字|不识字)|眼神不好|"
    r"[^，]{0,6}(?:去年|前年|今年|早就|几年前)?(?:走了|去世了?|过世了?|病逝了?|不在了)|[^，]{0,6}(?:在外地?面?|出门)(?:打工|上班)[^，]{0,6}|[^，]*看着办[^，]*|(?:那个?啥|啥吧)[^，]*"
)
"""Said before the matter out of courtesy, or at a loss for words."""
_PROMISED = re.compile(
    r"合同写|购买|准备好|交上去|说好|答应|承诺|写成|标着|充了|办了?[^，]{0,2}[年会]?卡|交[了的]|买的|买了|申请|写着|本来|报了|报的"
)
"""The first half of a story: what came of it is the complaint."""
_BEFORE_A_PLACE = re.compile(r"(?:[^，]{0,4}[年月日号天周][^，]{0,5})?(?:在|是|来)?")
_A_CLAUSE, _A_PART = 5, 4
_NO_ROOM = 0.8
"""What it costs to leave the place to the line below the title."""
_ONLY_A_PLACE, _MOST_OF_IT = 4.0, 0.8
UNLABELLED = "发送的位置"
"""A point on the map without a name: no words for a title."""
_HERE = re.compile(
    r"^(?:我们?|咱们?|俺们?|你们)?(?:那个)?(?:小区|社区(?![让说把不要叫给])|村里(?![说不让把也就没])|村(?![里民委主支官务路干口])|庄里|庄上|村口|路上|大?门口|楼下|这?栋楼|这里|这边)+(?:里(?!程)|内)?[的滴]?"
)
_PLACE_ENDS = (
    "小区",
    "社区",
    "公园",
    "市场",
    "学校",
    "医院",
    "村",
    "庄",
    "镇",
    "楼",
    "路",
    "街",
    "巷",
    "院",
    "园",
    "工地",
)
NEUTRAL_ACCUSATION = "反映公职人员有关问题"


def make_title(content: str, place: str, categories: Categories) -> str:
    """The clause that says most, or two that say it together, with the place in front where they lack one."""
    said = _NO_WORDS.sub("\n", _HIDDEN.sub("", masked(content[:3000])))[:_READ]
    place = "" if place == UNLABELLED else place
    every = list(clauses_of(said))
    telling = [clause for clause in every if not _PLEASANT.fullmatch(clause)] or every
    telling = [clause for clause in telling if not _is_a_place(clause)] or telling
    clauses = [_past_the_place(clause, place) for clause in islice(telling, _CLAUSES)]
    if not clauses:
        return shortened(stripped(said) or "反映问题")
    elsewhere = bool(place) and place not in content
    room = LONGEST - len(_last_part(_short_place(place)))
    of_all = categories.of(content)
    core, weight = _best(clauses, room, categories, of_all=of_all)
    core = asked_rather(core, weight, said, lambda wish: _weight(wish, 0, categories, of_all), categories)
    return _with_place(core, place, elsewhere=elsewhere)


def _past_the_place(clause: str, place: str) -> str:
    """Without when and where it happened, where that comes first: the place is put in front anyway."""
    before, found, rest = clause.partition(place) if place else (clause, "", "")
    rest = stripped(rest.lstrip("的里内"))
    alone = not _refuses(rest)
    return rest if found and alone and len(rest) >= _A_CLAUSE and _BEFORE_A_PLACE.fullmatch(before) else clause


def _refuses(clause: str) -> bool:
    return bool(_REFUSED.fullmatch(_ASKED_NOW.sub("", clause)))


def _best(clauses: Sequence[str], room: int, categories: Categories, *, of_all: str) -> tuple[str, float]:
    """The earlier of equals; two clauses only where together they say more than either."""
    candidates = reversed([*_candidates(clauses, room)])
    weights = {
        text: _weight(text, at, categories, of_all) - (_NO_ROOM if "，" in text and len(text) > room else 0.0)
        for text, at in candidates
    }
    best = max(reversed(weights), key=weights.__getitem__)
    return best, weights[best]


def _candidates(clauses: Sequence[str], room: int) -> Iterator[tuple[str, int]]:
    for at, clause in enumerate(clauses):
        yield clause, at
        if at > 0 and _refuses(clause):
            told = next((n for n, one in enumerate(clauses[:at]) if _OF_WHAT.search(one) and len(one) <= room), -1)
            if told >= 0:
                yield f"{clauses[told]}，{_ASKED_NOW.sub('', clause)}", told
        if promised := _SAID_TO.fullmatch(clause):
            unkept = _became_of(clauses[at + 1 : at + 6])
            both = f"{promised['what']}，{terse(unkept)}"
            if unkept and len(both) <= room:
                yield both, at
        after = clauses[at + 1] if at + 1 < len(clauses) else ""
        for thing, rest in _things(clause, clauses[at + 1 : at + 3]):
            yield f"{thing}{rest}", at
        if _THING.fullmatch(clause) and _BROKEN.fullmatch(after):
            yield f"{clause}{after}", at
        if min(len(clause), len(after)) < _A_PART or any(_is_aside(part) for part in (clause, after)):
            continue
        both = f"{clause}，{after}"
        both = both if len(both) <= room else terse(both)
        if len(both) <= LONGEST:
            yield both, at


def _became_of(following: Sequence[str]) -> str:
    """What became of what was said to come; "" where something else is told before."""
    for clause in following:
        if _UNKEPT.fullmatch(clause):
            return clause
        if not _DONE_FOR_IT.match(clause):
            return ""
    return ""


def _things(clause: str, following: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What the next clauses are about, where they do not say it: 广场舞 of …街的广场舞，…, 动力健身 of 它关门了."""
    said = find_place(clause)
    noun = clause[said.end :].lstrip("的") if said and not said.start else ""
    for rest in following:
        if found := _IT.match(rest):
            if dealt := _DEALT_WITH.search(clause):
                yield dealt["whom"], rest[found.end() :]
        elif _A_NOUN.fullmatch(noun) and not _DOES.match(noun) and len(rest) >= _A_PART and not _is_aside(rest):
            yield f"{noun}，", rest


def _is_aside(clause: str) -> bool:
    return bool(
        _WHO.fullmatch(clause)
        or _SCOLDED.match(clause)
        or _REACHED.search(clause)
        or _FELT.search(clause)
        or _is_a_place(clause)
        or _PLEADS.match(clause)
        or _ONLY_WHEN.fullmatch(clause)
        or clause.endswith(("的时候", "以后", "之后"))
    )


def _is_a_place(text: str) -> bool:
    said = find_place(text)
    return said is not None and len(said.value) >= len(text) * _MOST_OF_IT


def _weight(text: str, position: int, categories: Categories, of_all: str) -> float:
    """Higher for words that name fault and thing, the thing of the whole matter above all; lower for those that
    only go on with the story or say who tells it.
    """
    category = categories.of(text)
    fault = 3.0 if finds_fault(text) else 2.5 if sounds_amiss(text) or _HURT.search(text) else 0.0
    thing = 4.0 if category and category == of_all else 2.5 if category else 0.0
    thing -= 3.0 if _GOES_ON.match(text) or text.endswith(("时候", "以后", "之后")) else 0.0
    thing -= 4.0 if _WHO.fullmatch(text) else 2.0 if _REACHED.search(text) or _FELT.search(text) else 0.0
    thing -= 3.0 if _SCOLDED.match(text) or _WHERE_ONLY.search(text) or (len(text) < _A_PART and not fault) else 0.0
    thing -= 3.0 if _REFUSED.fullmatch(text) and not _OF_WHAT.search(text) and "，" not in text else 0.0
    thing += 2.5 if (parts := text.split("，"))[1:] and _REFUSED.fullmatch(parts[1]) and _OF_WHAT.search(text) else 0.0
    thing -= 4.0 if text.startswith(("不是", "不对")) or _ONLY_WHEN.fullmatch(text) else 0.0
    thing -= 2.0 if text.startswith(("自从", "自打")) or (_SAID_TO.fullmatch(text) and "，" not in text) else 0.0
    thing -= 2.0 if text.startswith("也") else 3.0 if _PAID.search(text) else 0.0
    thing -= 3.0 if _PASSED_ON.search(text) else 1.0 if _REPLIED.match(text) else 0.0
    thing -= 1.5 if _UNSAID.match(text) or (_PROMISED.search(text) and not sounds_amiss(text)) else 0.0
    thing -= _ONLY_A_PLACE if _is_a_place(text) else 0.0
    length = min(len(text), BEST_LENGTH) / BEST_LENGTH * 2 - max(len(text) - LONGEST, 0) * 0.25
    return fault + thing + length - position * 0.8 - _joined(text, categories)


def _joined(text: str, categories: Categories) -> float:
    """Two clauses are more to read than one: neither may say enough alone."""
    parts = text.split("，")
    if len(parts) == 1:
        return 0.0
    return 1.5 if any(_says_enough(part, categories) for part in parts) else -0.3


def _says_enough(clause: str, categories: Categories) -> bool:
    if _PROMISED.search(clause) or _UNSAID.match(clause) or _GOES_ON.match(clause):
        return False
    return bool(categories.of(clause)) and bool(finds_fault(clause) or sounds_amiss(clause))


def _with_place(core: str, place: str, *, elsewhere: bool) -> str:
    """``elsewhere``: the place was given, or corrected, beside the matter: it goes before one that the clause names."""
    said = find_place(core)
    if said and said.start <= 1 and not (elsewhere and said.lacks is not Lack.NOTHING):
        if _ONLY_BROKEN.fullmatch(core[said.end :]) and not place.endswith(said.value):
            return core
        place = place if elsewhere else said.value
        rest = stripped(core[said.end :].lstrip("的")) if len(core) - said.end > 3 else core[said.end :]  # noqa: PLR2004 - a word of its own
        core = _HERE.sub("", rest) or rest
    elif said and not elsewhere:
        return shortened(core)
    elif said and said.start <= 1 and said.lacks is Lack.SPOT and len(core) - said.end > 3:  # noqa: PLR2004 - 奎文区路灯坏了
        core = stripped(core[said.end :].lstrip("的"))
    short = _short_place(place)
    if not short or short in core:
        return shortened(core if short else f"{place if said else ''}{core}")
    core = _unrepeated(short, _HERE.sub("", core) or core)
    if len(short + core) > LONGEST:
        short = _last_part(short)
    if len(short + core) > LONGEST and "，" in core:
        short = ""
    title = shortened(short + core)
    lost = len(title) < len(short) + min(len(core), _A_CLAUSE)
    lost = lost or (finds_fault(core) and not finds_fault(title)) or (sounds_amiss(core) and not sounds_amiss(title))
    return shortened(core) if lost else title


def _unrepeated(place: str, core: str) -> str:
    """``core`` without what ``place`` ends with: 前王村 and 村的路坏了, 阳光幼儿园 and 幼儿园门口."""
    for word in _PLACE_ENDS:
        again = re.match(
            rf"{word}(?:里的?(?!程|面)|的|(?=[坏堵断塌烂破不没]))|(?:旁边|附近|隔壁|对面|那个|这个)的?{word}", core
        )
        if place.endswith(word) and again:
            return core[again.end() :] or core
    if place.endswith("院") and core.startswith("医院"):
        return core[2:] or core
    twice = next((n for n in range(min(len(place), len(core) - 1), 1, -1) if core.startswith(place[-n:])), 0)
    return core[twice:].lstrip("的里内") if twice else core


def _last_part(place: str) -> str:
    """The estate, village or street alone: 虞景嘉园 of 虞河路虞景嘉园."""
    if re.search(r"[与和]", place):
        return place
    parts = re.split(r"(?<=[\u3400-\u9fff][路街道镇乡])(?!\d)", place)
    return next((part.lstrip("的") for part in reversed(parts) if len(part) >= 3), place)  # noqa: PLR2004 - shorter ones name nothing


def _short_place(place: str) -> str:
    """The part of a place that tells it from others, at most ten characters."""
    short = re.sub(r"[（(，,].*|\s", "", without_district(place)).lstrip("的")
    if len(short) > 10:  # noqa: PLR2004 - a title is 19
        short = re.sub(r"[甲乙丙丁]?\d+(?:号楼|号|栋|幢|单元|楼|室|层|米).*$", "", short)
    return short if 2 <= len(short) <= 12 else ""  # noqa: PLR2004
