"""Many people about to gather, block a road or travel to petition: staff know at once; nobody is taken for violent."""

import re
from functools import lru_cache

_C = r"[^，,。；;！!？?\n]"
_HINT = re.compile(
    r"[堵拦封围]|塞路|横幅|条幅|白布|静坐|游行|示威|集会|集合|聚众|罢[工运课市]|停运|[进赴]京|赴省|塔吊|广告牌|楼顶|门口|大厅|马路|办公室|"
    r"上街|说法|[去到上](?:省|北京|中央|国)"
)
"""Without any of these there is nothing to look for."""
_MANY = re.compile(
    r"(?:几|两|三|四|五|六|七|八|九|十|百|千|\d)+(?:来|多|几)?(?:个|名|户|位|号|口)?(?:人|业主|工人|工友|老兵|战友|家长|"
    r"村民|居民|教师|储户|司机|农民|住户)|全[体村]|大家伙?|大伙|[我俺咱]们|我哋|集体|(?:业主|工人|工友|村民|居民|家长|司机|老师|商户|储户|老兵|战友)|组织|群里"
)
_SOON = re.compile(
    r"明天|明早|后天|今天|今晚|下周|周[一二三四五六日天]|星期|礼拜|月底|马上|准备|打算|商量|说好|约好|决定|要去|就去|就要|要到|再不|不然|否则"
)
_IF_NOT = re.compile(
    r"再不|要是[再不]|如果[再不]|再(?:拖|没人?管|这样)|不[^，,。；;！!？?\n]{1,8}|唔[^，,。；;！!？?\n]{1,6}|[逼惹]急|逼得?我|没人管|没办法|实在不行|大不了|不然|否则|还没"
)
_WILL = re.compile(
    r"(?:就|要|去|来|到|上|只[好能有]|准备|打算|敢|得|会|都|一起|[我俺咱]们|我哋|[我俺咱]|大家伙?|大伙|业主|工人|村民|家长|[把将给在直接])$"
)
"""Stands right before what they mean to do; before what was done to them stand others."""
_GOING = re.compile(r"(?:就|要|去|只[好能有]|准备|打算|敢|一起)[^，,。；;！!？?\n]{0,8}$")
_WAY = r"(?:路(?!灯|面|过)|门(?!诊)|桥|高速|国道|铁路|大道|政府|工地|公司|厂|售楼[部处]?|口)"
_BLOCKS = (
    rf"(?:去|来)?(?:堵|塞|拦|封)(?![车在得了过到])(?:住|断|死|上)?{_C}{{0,8}}?{_WAY}|"
    rf"[把将]{_C}{{0,6}}{_WAY}[给都也]{{0,2}}(?:堵|塞|拦|封)(?!得)"
)
_UP = (
    r"进京|赴京|赴省|"
    r"(?:去|到|上)(?:省里?|省城|省会|北京|中央|国务院|国家信访局)(?:里)?(?:上访|告|反映|讨|找|了?$|[，,。！!])"
)
_SITS = (
    rf"(?:坐|躺|跪|睡|守|住|站|聚|闹)(?:在|到|进)?{_C}{{0,8}}(?:门口|大厅|马路|路中间|路上|大门|办公室)|"
    r"(?:门口|大厅)(?:坐|躺|跪|闹|睡|站着)"
)
_DEED = re.compile(
    rf"(?:拉|打|举|挂|扯)(?:起|个|条)?(?:横幅|条幅|白布)|静坐|游行|示威|集会|聚众|集合|{_SITS}|{_BLOCKS}|"
    rf"(?:集体|组团|一起|全体){_C}{{0,10}}(?:上访|去市里)|{_UP}|围(?:堵|住)?(?:政府|信访局|单位|工地|公司)|罢[工运课市]|停运|"
    rf"(?:爬|上)(?:塔吊|广告牌|楼顶)|上街(?![买道区的卖村])|(?:去|到|上){_C}{{1,10}}(?:要|讨)个?说法"
)
_TO_PETITION = re.compile(_UP)
_HEIGHTS = re.compile(r"塔吊|楼顶|广告牌|天台|桥栏")
_OF_THINGS = re.compile(
    r"(?:[被遭车水井货灯]|管道|水管)[^，,。；;！!？?\n]{0,3}$|(?:公交|区间|线路|早就|已经)[^，,。；;！!？?\n]{0,4}$|有人[^，,。；;！!？?\n]{0,8}$"
)
"""Before the deed: what is blocked by cars, or was done by somebody already."""
_OVER = re.compile(
    r"去年|前年|上次|以前|曾经|当时|后来|之前|听说|新闻|允许|合法吗|违法吗|可以吗|能不能|怎么规定|几个代表|罚|天天|每天|总是|经常|老是|几次"
)
_SURELY = re.compile(rf"^{_C}{{0,12}}(?:把|去|要|准备){_C}{{0,4}}(?:高速|国道|铁路|大桥){_C}{{0,4}}堵")
_SENTENCE_END = re.compile(r"[。！？!?\n]")
_CLAUSES = re.compile(r"[，,。；;！!？?\n ]+")
_CONDITION = re.compile(r"(?:你们|要|如果|要是)*再(?:不|拖|没人)|[逼惹]急")
_SHORT = 24
_ASKS = re.compile(r"[?？吗么]|怎么|咋|如何|能不能|可不可以")
_FIRST = 400
_BEFORE = 45
_REMEMBERED = 32


@lru_cache(maxsize=_REMEMBERED)
def plans_a_gathering(text: str) -> bool:
    """Whether somebody tells of many who are about to gather somewhere, or that they will block a way if not heard."""
    sample = text[:_FIRST]
    if not _HINT.search(sample) or _OVER.search(sample):
        return False
    return bool(_SURELY.search(sample)) or any(_is_planned(sample, deed) for deed in _DEED.finditer(sample))


def _is_planned(text: str, deed: re.Match[str]) -> bool:
    before = _SENTENCE_END.split(text[max(deed.start() - _BEFORE, 0) : deed.start()])[-1]
    if _OF_THINGS.search(before):
        return False
    will = bool(_WILL.search(before)) or deed.group()[0] in "去到上把将来"
    will = will or (deed.group()[0] not in "堵塞拦封" and bool(_GOING.search(before)))
    together = bool(_MANY.search(before)) and (will or bool(_SOON.search(before)))
    goes_up = bool(_TO_PETITION.fullmatch(deed.group()))  # of one person alone it is their right
    return together or (will and not goes_up and bool(_IF_NOT.search(before)))


def without_threats(text: str) -> str:
    """The clauses that say neither what is planned nor what it hangs on: what is left may tell the matter."""
    return "，".join(one for one in _CLAUSES.split(text) if not (_DEED.search(one) or _CONDITION.match(one)))


def only_presses(text: str) -> bool:
    """Whether a text says no more than what happens if nobody helps: 再不管我就发网上曝光."""
    return bool(_CONDITION.match(text)) and not without_threats(text)


def foretells(text: str) -> bool:
    """Whether somebody tells of a gathering to come, or means to take their matter to the capital or the province."""
    goes_up = len(text) <= _SHORT and _TO_PETITION.search(text) and not _ASKS.search(text)
    return bool(goes_up) or plans_a_gathering(text)


def climbs(text: str) -> bool:
    """Whether somebody speaks of a height that people fall from: what is planned there is danger to life."""
    return bool(_HEIGHTS.search(text))
