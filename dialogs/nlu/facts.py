"""Everything a text says for a petition, read in one go."""

import re
from dataclasses import dataclass, field

from dialogs.nlu.identity import find_id_numbers
from dialogs.nlu.matter import Categories, asks, tells_a_matter
from dialogs.nlu.names import find_own_name, is_surname
from dialogs.nlu.phones import own_phone
from dialogs.nlu.places import Lack, Place, find_district, find_place
from dialogs.nlu.times import find_since
from dialogs.nlu.topics import topic_of
from dialogs.nlu.unnamed import (
    asks_only_for_secrecy,
    fears_others,
    leaves_name,
    leaves_only_phone,
    only_what_is_left,
    only_wishes_secrecy,
    wants_no_name,
    wishes_secrecy,
    wishes_to_stay_unnamed,
)
from dialogs.text.phrases import made_of

_ANONYMOUS = re.compile(
    r"匿名|^匿(?:了|起|哈|吧|嘛|咯)*[。！!]*$|不(?:想|愿意?|便|方便|能|用|敢)?(?:留|写|说|透露|提供|暴露|给|告诉)(?:我的?)?(?:真实)?(?:姓名|名字|身份)|不(?:想|敢|愿意?)?留名(?!额)|不实名|"
    r"(?:不要|别)(?:写|留|登|填|说|提)(?:上|出)?(?:我|俺)的?(?:姓名|名字)|(?:别|不想|不要)(?:让|给|叫|被)[^，。]{0,4}知道是(?:我|俺)"
)
_NOT_ANONYMOUS = re.compile(
    r"(?:不|别|不要|不用|取消)匿名|(?:改成|改为|用|要)?实名(?:举报|反映|提交|登记)?|(?:还是|那就?|可以|愿意)(?:留|写|用)(?:上|下)?(?:我的?)?(?:真)?(?:名字?|姓名)(?=$|[，,。！!吧了\s])|匿名(?:举报|反映)?(?:可以吗|行吗|吗|能受理|受理吗)"
)
_CONFIDENTIAL = re.compile(r"保密|不要(?:透露|泄露|公开)(?:我的?)?(?:姓名|名字|身份|信息|电话)?")
_NOT_CONFIDENTIAL = re.compile(r"(?:不用|不需要|不要|取消|无需)保密|保密吗|会不会保密|泄露(?:了)?(?:我|居民|业主)")
_CLAUSE = re.compile(r"[^，,。；;！!？?\n]+?(?:[，,。；;！!？?\n]+|(?<=[\u3400-\u9fff]) +(?=[\u3400-\u9fff])|$)")
_LABEL = (
    r"(?:我的?|本人的?|你可以|可以)?(?:真实)?(?:姓名|名字|称呼|联系人|诉求人|反映人|信访人|投诉人|举报人|联系方式|联系电话|联系我|请联系|联系|请?拨打|手机号码?|手机|电话号码?|电话|号码|"
    r"微信同号|同微信|身份证号码?|身份证|证件号码?|打我|性别|先生|女士|男|女)(?:是|为|叫|号)?"
)
_GAP = "\0"
"""Stands where a name or a number was taken out of a clause."""
_LABELS_BEFORE = re.compile(rf"(?:{_LABEL}[\s:：、（(]*)+{_GAP}")
_LABEL_AFTER = re.compile(rf"{_GAP}[\s（(、]*(?:{_LABEL}[\s)）]*)+(?=$|[\W_])")
_FILLER = made_of(
    r"(?=[我要想来实匿登信上反投举求咨说提一点个些问情事诉意])我?(?:要|想|来)?(?:实名|匿名|登记|信访|上访)?(?:反映|投诉|举报|求助|咨询|说|提)?(?:一下|一个|一件|点|个|些)?(?:问题|情况|事情?|事儿?|诉求|意见)?|"
    r"[您你]们?好|在吗|喂|嗨|早上好|上午好|中午好|下午好|晚上好|领导好?|尊敬的领导|谢谢您?|请帮帮忙|性别[男女]|[男女]|请|麻烦您?|好的?|嗯|是|我|和|也|的|啊|呢|吧|哦|要求|请求|请求?保密|"
    r"保密|匿名|实名|可以匿名|我要匿名|我想匿名|匿名提交|匿名举报|就这些|没了|没有了|说完了|就这样|完了|以上"
)
_HINT_ADDRESS = re.compile(
    r"^(?:好吧|行吧|好的?|那好吧?|那就|嗯|哦|对了)[，,、 ]+|"
    r"^(?:公司|店|饭店|单位|厂|学校|商家|小区|村)(?:的?名字?)?(?:叫|是叫|名叫|就叫)|"
    r"^(?:[嗯哦噢啊对就也都][，,\x20]*(?=就|在|是))?(?:就(?:是|在)?(?=[^，]*[路街道巷村区院店园门口苑城里])|"
    r"[^，。]{0,6}?(?:写|登|留|填|标|给)的?的?(?:地址|住址|地点|位置)(?:是|在|为|就是)?[:： ]*|"
    r"(?:[我俺咱额阿]|阿拉|我们|俺们|咱们|额们)(?:家)?(?:就)?是(?=[^，]*[路街道巷村区庄镇乡县])|"
    r"我?(?:家)?(?:地址|住址|地点|位置|事发地)(?:是|在|为)?[:： ]*|"
    r"(?:[我俺咱她他]们?)?(?:家)?(?:就|是)?(?:住(?!院)|在|喺|位于)+|"
    r"[是系](?=[^，]*[路街道巷村区里楼门口园苑城院厦学校]))"
)
_MATTER_LABEL = re.compile(
    r"^(?:(?:反映|投诉|举报)?(?:的)?(?:内容|问题|事项|诉求|情况|事情)(?:是|为)?[:：] *|我?(?:又|还|再)*(?:要|"
    r"想)?(?:再|又)?(?:反映|说)(?:一下|一个|一件)?(?:事情?|问题)?[:：] *)"
)
_A_STATEMENT = 7
_A_ROAD = re.compile(r"路|街|大道|巷")
_DISTRICT_APART = re.compile(
    r"(?:^|[，,。；;\n])(?:在|是|这是)?(?P<district>[\u3400-\u9fff]{1,3}(?<![小社校景园辖片市全本城郊山库矿街区县])[区县]"
    r"(?:[\u3400-\u9fff]{1,8}?(?:路|街|大道|巷)(?:\d{1,5}号)?)?)的?(?=[，,。；;\n]|$)"
)
_ONLY_A_ROAD = re.compile(r"[\u3400-\u9fff]{2,6}(?<![区县市镇].)(?:路|街|大道|巷)(?:[东西南北中]段)?")
_ESTATE_APART = re.compile(
    r"[，,。；; \n](?:在|是|就在)?(?P<district>[\u3400-\u9fff]{1,3}(?<![小社校景园辖片市全本城郊山库矿街区县])[区县])"
    r"(?P<estate>[\u3400-\u9fff]{2,6}(?:小区|花园|家园|公寓|广场|大厦|苑|村))(?:附近|门口|旁边?)?(?=[，,。；;\n]|$)"
)
"""人民路路灯坏了，奎文区阳光小区: along the road, by this estate."""
_BREATH = re.compile(r"(?<=[\u3400-\u9fff])[啊呀嘛呢哦噢](?=[\u3400-\u9fff])")
_SAID_AGAIN = re.compile(r"[^，。]{2,10}[，,]\x20*就(?:是|在)(?P<place>.{4,})")
_TRAILS = re.compile(r"[。.！!～~，, 哩嘞咧噻呗哟喽咯哒嗦]+$")
_THERE = re.compile(
    r"(?<=.{2})(?:那个|[那这嗰呢][边度头]|那里|那儿|这里|这儿|那块儿?|[那这]嘎[达瘩]|[那这]疙瘩|[那这]旮[旯沓]|[那这]哈儿)$"
)
_THEN = re.compile(
    r"^(?:(?:19|20)?\d\d年|[去前今那]年|以前|原来|之前)(?:[初底]|\d{1,2}月份?)?(?:就|被|刚|已经)?[拆建修盖迁征搬买住][^，。的]{0,4}的(?=[^，。]{2})"
)
"""2021年拆的大王庄: what became of it is no part of its name."""
_LIES_IN = re.compile(
    r"(?!(?:我家?的?)?(?:地[点址方]|位置|住址|事发地))"
    r"(?P<what>[\u3400-\u9fff]{2,10}?)[，, ]*(?:属于?|归|隶属于?|是(?=[\u3400-\u9fff]{2,4}[镇乡区县]的?$)|"
    r"(?<=[，, ])(?:就|是)?在)"
    r"(?P<where>[\u3400-\u9fff]{2,10}?(?:路|街|大道|巷|镇|乡|区|县|街道))(?:管|上|的)?"
)
_TOWN_LAST = re.compile(
    r"(?P<what>[\u3400-\u9fff]{2,6}[村庄屯沟寨堡湾坡店])[，, ]+"
    r"(?P<where>[\u3400-\u9fff]{2,4}[镇乡县区]|[\u3400-\u9fff]{2,4}街道)(?:的)?"
)
_THAT = re.compile(r"(?<=[\u3400-\u9fff])的?(?:那[个家间]|[嗰果]个?[间個家])(?=[\u3400-\u9fff]{2})(?!地方)")
_NEAR_IT = re.compile(
    r"(?:的|那个|交叉)?(?:十字)?(?:路口|门口|拐角|旁边|附近|对面|那一?[里儿边块片]|这一?[里儿边块片]|这个地方|那个地方)+(?:的|吧|呢|啊)?$"
)
"""What only points: 新华路和文化路的路口那里."""
_PLACE_LABEL = re.compile(r"^(?:地址|住址|地点|位置|事发地)[:：]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was found; empty where nothing was.

    ``rest`` is the text without what only says who writes; ``matter`` is the same where it tells a matter.
    """

    matter: str = field(default="", repr=False)
    rest: str = field(default="", repr=False)
    place: str = field(default="", repr=False)
    place_exact: bool = False
    place_lacks: Lack = Lack.NOTHING
    name: str = field(default="", repr=False)
    surname: str = field(default="", repr=False)
    """Where no more than that is told of the name."""
    phone: str = field(default="", repr=False)
    id_number: str = field(default="", repr=False)
    bad_id_number: bool = False
    since: str = ""
    anonymous: bool | None = None
    confidential: bool | None = None

    @property
    def place_findable(self) -> bool:
        return bool(self.place) and self.place_lacks is Lack.NOTHING

    @property
    def any(self) -> bool:
        return bool(self.matter or self.place or self.name or self.phone or self.id_number)

    @property
    def all(self) -> bool:
        """Enough for a petition without one more question."""
        return bool(self.matter and self.place and (self.anonymous or (self.name and self.phone)))


def read_facts(text: str, categories: Categories) -> Facts:
    """Read a cleaned, simplified text."""
    found = find_id_numbers(text)
    identities = [(x.start, x.end) for x in found]
    name, phone = find_own_name(text), own_phone(_covered(text, identities))
    spans = [*identities, *((x.start, x.end) for x in (name, phone) if x)]
    place = find_place(_covered(text, spans))
    rest = without_identity(text, spans)
    told = tells_a_matter(rest, categories) or (place and _says_more(rest, place))
    told = told and not topic_of(rest, categories)
    return Facts(
        matter=rest if told else "",
        rest=rest,
        place=_with_district(place, _covered(text, spans)) if place else "",
        place_exact=bool(place and place.exact),
        place_lacks=place.lacks if place else Lack.NOTHING,
        name=name.value if name and not is_surname(name.value) else "",
        surname=name.value if name and is_surname(name.value) else "",
        phone=phone.value if phone else "",
        id_number=next((x.value for x in found if x.valid), ""),
        bad_id_number=bool(found) and not any(x.valid for x in found),
        since=find_since(rest),
        anonymous=_anonymous(text),
        confidential=_confidential(text),
    )


def _anonymous(text: str) -> bool | None:
    said = _flag(text, _ANONYMOUS, _NOT_ANONYMOUS)
    return None if said and (leaves_name(text) or leaves_only_phone(text) or asks_only_for_secrecy(text)) else said


def _confidential(text: str) -> bool | None:
    said = _flag(text, _CONFIDENTIAL, _NOT_CONFIDENTIAL)
    unsaid = said is None and not _NOT_CONFIDENTIAL.search(text)
    return True if unsaid and (wishes_secrecy(text) or fears_others(text)) else said


def _with_district(place: Place, text: str) -> str:
    """The place with its district in front where that stands apart: 和平街道东风里…，槐安区."""
    if along := _ESTATE_APART.search(text) if _ONLY_A_ROAD.fullmatch(place.value) else None:
        return f"{along['district']}{place.value}{along['estate']}"
    apart = _DISTRICT_APART.search(text) if place.exact and not find_district(place.value) else None
    if not apart or (_A_ROAD.search(place.value) and _A_ROAD.search(apart["district"])):
        return place.value
    return f"{apart['district']}{place.value}"


def _says_more(text: str, place: Place) -> bool:
    """Whether a statement stands beside an exact place: 新华路口工地凌晨三点还在打桩."""
    found = None if place.value in text else find_place(text)  # told in pieces
    without = f"{text[: found.start]}，{text[found.end :]}" if found else text.replace(place.value, "，", 1)
    beside = re.sub(r"[\W_]+", "", _HINT_ADDRESS.sub("", without.lstrip("，")))
    return place.exact and len(beside) >= _A_STATEMENT and not asks(text)


def _covered(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "，" * (end - start) + text[end:]
    return text


def without_identity(text: str, spans: list[tuple[int, int]]) -> str:
    """The text without the clauses that only say who writes; words beside the name in a clause stay."""
    kept = [_kept(text, match.start(), match.end(), spans) for match in _CLAUSE.finditer(text)]
    return "".join(kept).strip(" ，,；;、：:\n")


def _kept(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> str:
    clause, removed = _blanked(text, start, end, spans)
    said = _unlabelled(clause) if removed else clause
    bare = re.sub(r"[\W_]+", "", said)
    if not bare and not removed:
        return clause
    if not bare or _FILLER.fullmatch(bare) or _PLACE_LABEL.match(said) or _only_of_being_known(bare):
        return ""
    return _MATTER_LABEL.sub("", said.lstrip(" ，,：:、；;") if removed else said)


def _only_of_being_known(bare: str) -> bool:
    """A wish about one's name is heard as one, and is no part of the matter."""
    return wishes_to_stay_unnamed(bare) or wants_no_name(bare) or only_wishes_secrecy(bare) or only_what_is_left(bare)


def _unlabelled(clause: str) -> str:
    """The clause without the gaps, and without what the numbers and names that stood there are called."""
    return _LABEL_AFTER.sub("", _LABELS_BEFORE.sub(_GAP, clause)).replace(_GAP, "")


def _blanked(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> tuple[str, bool]:
    clause, removed, at = "", False, start
    for a, b in sorted(spans):
        if a < end and b > start:
            clause += text[at : max(a, at)] + _GAP
            at, removed = max(at, min(b, end)), True
    return clause + text[at:end], removed


def only_place(text: str, known: str = "") -> bool:
    """Whether a text is a place and nothing beside it; ``known``: a place of it that a list knows."""
    place = find_place(text)
    if not (known or place):
        return False
    rest = text.replace(known, "", 1) if known or not place else text[: place.start] + text[place.end :]
    rest = _NEAR_IT.sub("", re.sub(r"[\W_]+", "", _HINT_ADDRESS.sub("", rest)))
    return len(rest) <= 3 or bool(_FILLER.fullmatch(rest))  # noqa: PLR2004 - "的" "那边" "这里"


def answered_place(text: str) -> str:
    """A place given as an answer, without the words that lead to it."""
    first = in_order(_TRAILS.sub("", text.strip()))
    first = _meant(_BREATH.sub("，", first))
    first = _THERE.sub("", first)
    bare = _THEN.sub("", _HINT_ADDRESS.sub("", first)).strip()
    bare = re.sub(r"(?<=[村庄屯镇乡县区])的(?:人|村民|居民)?$", "", bare)
    found = find_place(bare)
    whole = found.value if found and found.exact and found.value not in bare else ""
    return _THAT.sub("", whole or bare)[:100]


def in_order(text: str) -> str:
    """纺织路鑫源服装厂 of 鑫源服装厂 在纺织路; 高庙镇大李家村 of 大李家村属于高庙镇."""
    lies = _LIES_IN.fullmatch(text) or _TOWN_LAST.fullmatch(text)
    return f"{lies['where']}{lies['what']}" if lies and find_place(lies["where"]) else text


def _meant(text: str) -> str:
    """河西区永安里三号楼 of 永安里啊，就是河西区永安里三号楼: said again in full."""
    again = _SAID_AGAIN.match(text)
    place = find_place(again["place"]) if again else None
    return again["place"] if again and place and place.exact else text


def _flag(text: str, yes: re.Pattern[str], no: re.Pattern[str]) -> bool | None:
    if no.search(text):
        return (
            False
            if re.search(
                r"实名|取消|不要匿名|不匿名|(?:还是|那就?|可以|愿意)(?:留|写|用)|不用保密|不需要保密|无需保密|别匿名|不用匿名|不要保密",
                text,
            )
            else None
        )
    return True if yes.search(text) else None
