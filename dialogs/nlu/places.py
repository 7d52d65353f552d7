"""Places in a text: districts, streets, estates, villages, crossings, house numbers."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from dialogs.nlu.lanes import bare_lane
from dialogs.nlu.place_noise import IN_A_STORY, NO_PLACE, WORDS_WITH_SUFFIX, without_times, without_turned_to
from dialogs.nlu.towns import leads_on, nothing_between

_W = r"[\u3400-\u9fffA-Za-z0-9]"
_NO_HEAD = r"(?!长(?![江春安城乐征青宁沙虹丰兴寿岭河治清岛葛垣海白阳风平福顺生]))"
"""Not the person who heads it: 王副镇长, but 河西镇长江路."""
_AREAS = (
    r"自治州|自治县|开发区|高新区|新区|保税区|经济区|度假区|地区|(?:省|市(?!场|民|政|里|区|街(?!道))|"
    rf"(?<![小社校景园辖市片片功学])区|县){_NO_HEAD}|旗"
)
_TOWNS = rf"街道办事处|街道办|街办|街道|[镇乡]{_NO_HEAD}|苏木"
_STREETS = (
    r"大街|大道|高速(?:公路)?|国道|省道|县道|快速路|环路|胡同|路(?!灯|面|边|上|过|况|费|段|人|口红|障)|路(?=[上边面](?:的|有|全|都|到处))|街(?![办灯])|巷|弄|(?<!下水)(?<![占楼过])道(?![街路树歉])|"
    r"河[东南西北中上下][段岸游]|河(?![路街道东西南北滨区县村镇]|[，,]?\d+岁)|桥(?![路街东西南北头镇村庄乡])|立交"
)
_ESTATES = (
    r"小区|社区|新村|村委会|村(?![民庄里]|路(?![上边旁]))|(?<=[\u3400-\u9fff])庄(?![路街镇园里]|村(?!民))子?|屯|家园|花园|花苑|公寓|宿舍|家属院|大院|大厦|广场(?![路街舞])|大楼|写字楼|商场|商城|商业街|"
    r"(?<=[市省县区附])[一二三四五六七八九]院|保健院|市场|超市|幼儿园|小学(?!生)|中学(?!生)|[一二三四五六七八九]中(?!学|心|国|午(?!休)|旬|秋|间)|学校|学院|大学(?!生)|医院|卫生院|卫生室|公园(?![路街])|车站|地铁站|机场|工业园|产业园|工地|"
    r"大集|夜市|步行街|支行|分行|营业厅|网点|药店|诊所|水库|山(?=脚下|上有|上的)|活动中心|加油站|派出所|办事大厅|政务大厅|服务中心|居委会|银行|酒店|饭店|国际(?=\d)|名城|水岸|华府|华庭|御府|雅居|雅苑|公馆|[名官府]邸|苑(?![路街巷])|湾(?![路街巷])|(?<=[\u3400-\u9fff]{2})(?:(?:府|庭)(?![路街巷])|城(?![市区管乡里路街])|园(?![区林丁路街]))"
)
_STREET_PART = r"(?:[东南西北中一二三四五六七八九十]段|[东南西北]首)?"
_PHASE = r"(?:[A-Za-z东南西北一二三四五六七八九十]{0,2}[区期])?"
_HOUSE = (
    r"(?:[甲乙丙丁]?[A-Za-z]?\d{1,5}|[甲乙丙丁]?[一二三四五六七八九十百]{1,4}|[A-Za-z])(?:-\d{1,5})*(?:号楼(?!顶|下(?!水))|\#楼?|号院|号|栋|幢|座(?![谈机位])|单元|楼(?!顶|下(?!水))|"
    r"层|室|户|弄|组|队|门)(?:(?<=[元楼栋幢座门])(?:\d{3,4}(?!\d)|[〇零一二三四五六七八九]{3,4}(?![〇零一二三四五六七八九]))(?:室|户)?)?|\d{1,3}(?:-\d{1,4}){1,3}(?!\d)"
)
_SIDE = (
    r"(?:[东南西北]口(?![碑罩子味感号])|路?口(?:[往向][东南西北]{1,2}\d+米(?:路?[东南西北])?)?|(?:(?<=村)村)?[村巷街桥][口头](?!(?:路|巷|子)(?![坏烂不太面上很都没是被有全]))|[东南西北]{1,2}角|[东南西北](?:边(?=的|$|有|那|，)|头(?=的|$|有|，|化|那)|岸)|脚下|出站口|[\u3400-\u9fff]{0,2}[东南西北][出入]口|收费站|服务区|边上|(?<=[道路])[\u3400-\u9fff]{2,3}段|(?:交叉口|交汇处)(?:[往向][东南西北]{1,2}(?:约|大概)?\d+米(?:左右)?)?|十字路口|丁字路口|路口|[东南西北]{1,2}侧|"
    r"[东南西北]{1,2}面|[东南西北]{1,2}门|大门口|门口|门前|附近|旁边|对面|对过|楼下(?!水[道管井])|楼顶|地下车库|停车场|路段|"
    r"铁路桥|立交桥|高架桥|涵洞|沿线|院内|内|小区|社区|宿舍(?:楼|区)?|家属[院楼]|生活区|卫生院|卫生室|政府|敬老院|养老院|信访办|小学|中学|幼儿园|菜市场|市场|大集|加油站|派出所|车站|大桥|公园|广场(?!舞)|工地)"
)
_LANES = (
    r"(?<=[\u3400-\u9fff]{2})(?:(?<![家村院水夜心元道店手屋楼区城镇厂社这那哪公英千百十一二三四五六七八九几嘴眼河井沟桶车库箱坑洞馆带校地行所园场"
    r"圈房间室门局厅田林站网群子点期月年天上下路街巷苑湾内铺摊底草丛土海江湖池盆碗肚脑话梯号厕舍部板管柜吧店包袋袄邻])里(?![面边头外程长])|"
    r"(?<![街牌作油磨染])坊|(?<!别)墅|坞|[轩郡阁](?![楼]))"
)
"""Names of lanes and closes that end like a word of place: 红星里, but not 家里."""
_NAMED_LANE = re.compile(rf"[\u3400-\u9fff]{{2,4}}?{_LANES}")
"""Taken for a name only where it follows a town or a street, or a house number follows it."""
# the shortest run that ends like a place wins: 东风东街 before 东风东街某小区
_STEP = re.compile(
    rf"{_W}{{1,10}}?(?:(?P<lane>{_LANES}(?=\d{{1,3}}(?:号|栋|幢|楼|-\d)))|(?P<town>{_TOWNS})|(?P<estate>(?:{_ESTATES}){_PHASE})|(?P<street>(?:{_STREETS}){_STREET_PART})|(?P<area>{_AREAS}))"
)
_TAIL = re.compile(rf"(?:\x20?(?=\d+-\d|\d+号))?(?:[（(]?{_HOUSE}[)）]?)+|{_SIDE}")
_ORGANISATION = re.compile(
    rf"{_W}{{0,10}}?(?:局|大厅|中心|公司|厂|机构|店|馆|所|站|小卖[部铺店]|窗口|国际|养殖场|(?<!宅)基地|水库|项目部|酒楼|茶楼|饭庄|饭馆|餐厅|酒家|烧烤[店摊城]|火锅店|网吧|浴池|宾馆|旅馆|棋牌室|早餐铺?)(?!长)(?:{_HOUSE})*|{_W}{{2,8}}?{_HOUSE}|(?![这那][栋座幢个])[\u3400-\u9fff]{{2}}楼(?![上下道梯顶里宇房盘层])"
)
"""What no one takes for a place but where it follows a district or a street."""
_DOING = re.compile(r"[开卖买办租做打干停修盖拆](?!发|元|平|封|国)")
"""Goes on with what is done there: 南苑街 | 开饭店."""
_JOIN = re.compile(r"(?:和|与|跟|、|到|至)(?=[^，。；\n]{1,8}(?:路|街|大道|巷))")
_OF = re.compile(
    r"的(?:那个|那家)?(?=[^，。；\n]{2,8}(?:小区|花园|广场|大厦|工地|市场|超市|公寓|学校|小学|中学|医院|大街|大道|路|村|苑|城|府|园))|(?:那个|这个|那边的?|这边的?)(?=[^，。；\n]{1,8}(?:路|街|村|小区|大道))"
)
"""科创路的星河广场工地 is one place, and so is 中山区那个中山路."""
_BREATH = re.compile(r"(?:那个|这个|那边的?|这边的?)")
_LIES_IN = re.compile(r"(?:的房子|的)?[，,\x20]*(?:我们?|就|是|它)?(?:在|位于|坐落在|坐落于)")
"""恒泰御府，在经开区第八大街: the name first, then where that is."""
_LABEL = re.compile(
    r"(?:事发地[址点]?|地址|住址|地点|位置|所在地)(?:在|是|为)?[:：\x20]*(?P<place>(?:(?!\x20?(?:内容|电话|姓名|手机|事项|联系人|反映)[:：])[^，,。；;\n]){2,60})"
)

_CUT = re.compile(
    r"^.*(?:反映?一?下|反应(?:一?下)?|一下|这里|那里|你们|能否|[能让想]上(?!海|饶|虞|栗|犹|杭|林|蔡|城)|尽快|落实|解决|提高|优化|转入|安置(?!小区|房)|加快|增设|位于|坐落于|坐落在|家住|住在|发生在|就在|来自|关于|反映|投诉|举报|检举|起诉|(?<![广公通])告(?!成)|跟|找|问(?!渠)|请问|咨询|建议|希望|我们是|我们在|[我咱俺额你]们|阿拉|[我你佢]哋|怕|(?:村|镇|乡|县|市|小?区)里|迁移|证明|要(?!家|庄)|我是|我家|我在|本人|"
    r"[买租]的|因为|由于|对于|表扬|感谢|点赞|经过|路过|开车|走到|地址|地点|位置|你好|您好|其中|那个|这个|还有|另外|此外|顺便|以及|并且|但是|现在|最近|[去前今]年|[上这]个?[周月]|每天|今天|昨天|前天|昨晚|早上|上午|下午|中午|晚上|(?:人|已经|被|给)送(?:到|去|往|进)?|老房子(?=[\u3400-\u9fff]{2})|"
    r"还?往|顺着|沿着|对着|[系在住从到去是说叫我咱俺喺把被给让爸爹请]|妈(?!祖)|(?<!娘)娘(?!娘|子)|就(?!业)|对(?![面过岸门口]))"
)
_NOT_A_PLACE = re.compile(
    r"^(?!中心(?:医院|小学|幼儿园|广场|街|路)|[市县区省](?:中|人民|妇幼|中心)?医院|中(?:西)?医(?:医)?院|中山|管城区|(?:大学|公园|学院|车站|工人|市府)[路街])(?:(?:我们?|咱们?|你们?|他们?|本|该|这个?|那个?|各个?|全|某些?|有些?|一些?|一个?|几个?|多个?|整个?|每个?|其他|别的|附近的?|周边的?|"
    r"隔壁|邻居|[这那][边儿]|[当本]地|所在|所属|的|老|大|小|新|旧|农|城|郊|市|县|乡|镇|村|街|社|校|景|园|辖|片|山|厂|库|住宅|商业|居民|学|医|超|菜|自由|人行|非机动车|"
    r"人行|机动车|盲|车|铁|公|高速|道|马|走|问|网|电|线|管|水|一|半|出|思|同|顺|让|带|修|铺|过|逛|门|上|下|股|楼|房|河|水|渠|频|味|知|报|"
    r"家|夜|屋|公|千|英|这|那|哪|心|手|院|店|嘴|眼|商|政|拆迁|棚户|物业|开发商|门口|楼下|幼儿|小|中|大|公共|停车|火车|汽车|地铁|建筑|施工|公交|政府|办公|"
    r"露天|早|夜|农贸|批发|私立|民办|公办|附属)*)"
    r"(?:小区|社区|地区|市|区|县|镇|乡|村|庄|路|街|道|巷|桥|河|学校|医院|公园|市场|超市|商场|广场(?![路街舞])|工地|车站|银行|酒店|饭店|大厦|大楼|里|园|城|府|"
    r"苑|湾|庭|弄|居委会|村委会|派出所|加油站|卫生室|卫生院|服务中心|学院|大学|中学|小学|幼儿园|家园|花园|公寓|宿舍|大院|街道|大街|大道|高速|新村|写字楼|立交)$"
)
_TALK = re.compile(
    r"[的了有没是很么把被给说要来去叫让跟向到在从]|太(?![阳平古和行湖保仓原康])|时候|一[家个些]|[某每各][家个些]|所有|附近|物业|业主|居民|村民|举报|投诉|反映|支书|书记|主任|会计|干部|[侵霸强]占|[嗰啲冇咁嘅喺]"
)
"""Characters that no name of a place holds: what they stand in goes on with the story."""
_LONGEST_NAME = 15
_A_NAME = 3
_TAKEN_BACK = re.compile(r"(?:[哦噢啊呃哎][，, ]*)?(?:不对|不是|(?:说|写|打)错了?)[，,！!。 ]*(?:应该|而)?是")
"""槐安区解放路，哦不对是建设路: what follows is meant."""
_MAX = 60
_REMEMBERED = 64
"""Texts: the parts of a turn ask about the same."""
_KINDS = (
    r"小区|社区|村(?:里|子)?|学校|幼儿园|医院|工地|市场|菜市场|"
    r"超市|公园|单位|厂|商场|公司|银行|饭店|加油站|路口|公交站"
)
_NAMELESS = re.compile(
    rf"(?:(?:我们?|咱们?|俺们?)?家?(?:旁边|附近|隔壁|对面|楼下|门口|后面|前面|边上)的?|我们?|咱们?|俺们?|本|这个?|那个?|家)?(?:那个?|这个?)?(?:{_KINDS}|学校?)(?:{_KINDS}|门口?|大门|内|里|外|旁边?|附近|对面|[东南西北]+[门侧]|[后前]面?|的)*+(?:$|{_HOUSE})"
)
_ONLY_AREA = re.compile(rf"(?>{_W}{{1,6}}?(?:{_AREAS}|{_TOWNS}))++")
_VILLAGE = re.compile(r"(?:(?<!新)村|庄子?|屯)(?![路街镇园])")
_LOCATED = re.compile(
    rf"{_W}{{1,8}}?(?:自治县|开发区|(?<![小社校景园辖片])区|县|市(?!场)|旗|镇|乡|街道|街办|大街|大道|路(?!口)|街|国道|省道)"
)
_ANY_TOWN_HAS_ONE = re.compile(
    r"[前后东西南北中老新大小正横][街巷路桥门]|(?:十字|丁字|三岔|岔)路口|(?:桥|河|村|巷|街)[头口边]|菜市场|大集|集上"
)
"""后街, 桥头."""
_UNNAMED = re.compile(
    r"(?:^|[^\u3400-\u9fff]|我们?|咱们?|俺们?|额们?|我哋|这个?|那个?|在|的|是|到|里|去|住)(?P<kind>小区|村(?![民委主支官务路])|社区|学校|幼儿园|医院|工地|菜市场|市场|超市|公园|单位|公司|饭店|健身房|路口)"
)


class Lack(StrEnum):
    """What staff would have to ask before they could go there."""

    NOTHING = ""
    NAME = "name"
    """小区幼儿园门口: of which estate?"""
    DISTRICT = "district"
    """前王村: there are several of that name; in which county, town or district?"""
    SPOT = "spot"
    """奎文区: where in it?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place as it was written. ``exact``: more than a district, and named."""

    value: str = field(repr=False)
    start: int
    end: int
    exact: bool

    @property
    def lacks(self) -> Lack:
        return lack_of(self.value) if self.exact else Lack.NAME if _NAMELESS.match(self.value) else Lack.SPOT


def lack_of(place: str) -> Lack:
    """What a place, as it was written, leaves open."""
    if _NAMELESS.match(place):
        return Lack.NAME
    if _ONLY_AREA.fullmatch(place):
        return Lack.SPOT
    common = _ANY_TOWN_HAS_ONE.fullmatch(place)
    return Lack.DISTRICT if common or (_VILLAGE.search(place) and not _LOCATED.search(place)) else Lack.NOTHING


def unnamed_in(text: str) -> str:
    """The kind of place that the text speaks of without its name (小区, 村, 学校); empty where it speaks of none."""
    found = _UNNAMED.search(text)
    return found["kind"] if found else ""


@lru_cache(maxsize=_REMEMBERED)
def find_place(text: str) -> Place | None:
    """The most exact place of the text; the first of several."""
    sample = without_turned_to(text[:3000])
    labelled = _LABEL.search(sample)
    if labelled:
        value = labelled["place"].strip()
        return Place(value=value, start=labelled.start(), end=labelled.end("place"), exact=_named(value))
    sample = without_times(sample)
    found = _chains(sample) or _in_a_lane(sample)
    if taken_back := _TAKEN_BACK.search(sample):
        found = _fullest_first([place for place in found if place.start >= taken_back.end()]) or found
    best = next((place for place in found if place.exact), found[0] if found else None)
    return _where_it_lies(_within_town(best, found, sample), found, sample) if best else None


def end_of_place(text: str, end: int) -> int:
    """Where a place that is known until ``end`` ends: with its house number, its gate, what is beside it."""
    return _extended(text, end)[0]


def is_no_place(answer: str) -> bool:
    """Whether an answer to "where" is plainly none: it tells, counts money, or does not know."""
    if find_place(answer):
        return False
    return len(answer) > _LONGEST_NAME or bool(NO_PLACE.search(answer))


def find_district(place: str, content: str = "") -> str:
    """The district, county or county-level city a place lies in; empty where it is not said."""
    for text in (place, content[:1000]):
        for match in re.finditer(
            rf"{_W}{{1,6}}?(?:开发区|高新区|新区|(?<!学)区|县|(?<!超)市(?!场|民|政)){_NO_HEAD}", text
        ):
            name = _trimmed(match.group())
            if (
                name
                and not _generic(name)
                and not re.search(
                    r"(?<=[\u3400-\u9fff]{2})城市$|[路街道巷]市$|小区$|社区$|校区$|[一二三四五六七八九十A-Za-z]区$|(?<![铁桥河江城湖市港柳路浦金湘岭闸海山])[东南西北]区$",
                    name,
                )
            ):
                rest = find_district(text[match.end() :]) if name.endswith("市") else ""
                return rest or name
    return ""


def without_district(place: str) -> str:
    """The part of a place that a title needs: what follows the district."""
    district = find_district(place)
    _, _, rest = place.partition(district) if district else ("", "", place)
    return rest or place


def _where_it_lies(place: Place, places: list[Place], text: str) -> Place:
    """经开区第八大街恒泰御府, of 恒泰御府，在经开区第八大街."""
    after = next((other for other in places if other.start > place.end), None)
    lies = after and _LIES_IN.fullmatch(text[place.end : after.start])
    if not (after and lies) or _LOCATED.search(place.value) or not _LOCATED.match(after.value):
        return place
    return Place(value=f"{after.value}{place.value}", start=place.start, end=after.end, exact=True)


def _within_town(place: Place, places: list[Place], text: str) -> Place:
    after = next((other for other in places if other.start >= place.end and other.exact), None)
    if not after or _ONLY_AREA.fullmatch(after.value) or not leads_on(place.value, text[place.end : after.start]):
        return place
    value = after.value if find_district(after.value) else f"{place.value}{after.value}"
    start = place.start if nothing_between(text[place.end : after.start]) else after.start
    return Place(value=value, start=start, end=after.end, exact=True)


def _named(value: str) -> bool:
    return not _NAMELESS.match(value)


def _chains(text: str) -> list[Place]:
    places: list[Place] = []
    at = 0
    while len(places) < 8 and (first := _next_step(text, at)):  # noqa: PLR2004 - enough to choose from
        start, end, exact = first
        end, more = _extended(text, end)
        end = min(end, start + _MAX)
        value = _BREATH.sub("", text[start:end])
        places.append(Place(value=value, start=start, end=end, exact=(exact or more) and _named(value)))
        at = end
    return places


def _next_step(text: str, at: int) -> tuple[int, int, bool] | None:
    """The next component that names a certain place, without the words that lead to it."""
    while match := _STEP.search(text, at):
        name = _trimmed(match.group())
        named = _behind_of(name) if name and _generic(name) else name
        if named and not _generic(named):
            return match.end() - len(named), match.end(), match.lastgroup != "area"
        # What is left of 举报城 begins the next name: 城南菜市场.
        at = match.end() - (len(name) == 1 < len(match.group()))
    return None


def _behind_of(name: str) -> str:
    """大王庄 of 2021年拆的大王庄."""
    _, of, behind = name.rpartition("的")
    return behind if of and len(behind) >= _A_NAME else ""


def _extended(text: str, end: int) -> tuple[int, bool]:
    """On over the components that follow directly: 区 → 街 → 小区 → 3号楼 → 门口."""
    exact = False
    while True:
        joined, of = _JOIN.match(text, end), _OF.match(text, end)
        step = _STEP.match(text, joined.end() if joined else of.end() if of else end)
        if step and _continues(step.group()) and not (of and _generic(step.group())):
            end, exact = step.end(), exact or step.lastgroup != "area"
            continue
        tail = _TAIL.match(text, end) or _lane(text, end) or _organisation(text, end)
        if not tail:
            return end, exact
        end, exact = tail.end(), True


def _in_a_lane(text: str) -> list[Place]:
    """东风里 of 东风里公厕灯坏了."""
    found = bare_lane(text)
    if not found:
        return []
    end, _ = _extended(text, found.end("lane"))
    return [Place(value=text[found.start("lane") : end][:_MAX], start=found.start("lane"), end=end, exact=True)]


def _fullest_first(places: list[Place]) -> list[Place]:
    """What is said again with more to it goes first: 建设路, 建设路中学站."""
    first = places[0].value if places else ""
    return sorted(places, key=lambda place: -len(place.value) * place.value.startswith(first))


def _lane(text: str, end: int) -> re.Match[str] | None:
    found = _NAMED_LANE.match(text, end)
    return found if found and not _TALK.search(found.group()) else None


def _organisation(text: str, end: int) -> re.Match[str] | None:
    found = _ORGANISATION.match(text, end)
    return found if found and not _TALK.search(found.group()) and not _DOING.match(found.group()) else None


def _continues(name: str) -> bool:
    return (
        _trimmed(name) == name
        and not _DOING.match(name)
        and not WORDS_WITH_SUFFIX.search(name)
        and not re.search(
            r"[的了有没是很么]|太(?![阳平古和行湖保仓原康])|时候|何时|因|能否|能增|改成|增设|距离|隐瞒|进行|为什么|是否",
            name,
        )
    )


def _trimmed(name: str) -> str:
    return _CUT.sub("", name)


def _generic(name: str) -> bool:
    return bool(_NOT_A_PLACE.match(name) or WORDS_WITH_SUFFIX.search(name) or IN_A_STORY.search(name))
