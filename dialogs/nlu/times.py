"""Since when: expressions of time in a text, in the writer's own words, and the days they mean.

``find_since`` gives the words, ``read_time`` resolves them against the moment the message was written. Both read what
is past: 三月份 is the last March there was.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dialogs.nlu.days import resolve
from dialogs.nlu.spans import Grain, Span

_OFFICE = ZoneInfo("Asia/Shanghai")
_N = r"(?:\d{1,3}|[一二两三四五六七八九十百半几数好]{1,5}|十几|好几)"
_M = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_DIGITS4 = r"(?:(?:19|20)\d\d|[一二][〇零一二三四五六七八九]{3})"
_REL_YEAR = r"(?:今年|去年|大?前年|当年|旧年)"
_PART = r"(?:大?清早|早上|早晨|凌晨|上午|前晌|中午|晌午|下午|后晌|傍晚|晚上|夜晚|夜里|夜间|半夜|晚间|晚|早)"
_CLOCK = rf"(?:{_M}|两)(?:点(?:半|钟|{_M}分?)?|时(?!候|间|不)|[:：]\d\d)(?:多|左右|钟|前后)?"
_FEAST = (
    r"(?:大年[初三][一二三四五六七八九十]|年三十|除夕|春节|过年|大年|元旦|元宵节?|清明节?|五一|劳动节|端午节?|中秋节?|"
    r"八月十五|国庆节?|十一(?=期间|假|长假|放假|前|后|那|国庆)|重阳节?|腊八|小年|暑假|寒假|开学|开春|入夏|入秋|入冬)"
)
_AFTERWARDS = (
    r"(?:节)?(?:前一[天晚]|前[几两三]天|那[天晚会]|当[天晚]|之前|以前|前后|(?:放假|长?假)?期间|"
    r"(?:放|长|小)?假(?:的?时候|期间|里)?|之后|以后|过后|后|前|时候?|里)?"
)
_COUNTS = r"(?:[直般样共定些次趟遍个户条]|回(?![来家])|天(?![黑亮快刚还]))"
"""上周一直停水 and 上周三次停水 name no weekday."""
_TIME = re.compile(
    rf"(?P<iso>(?:19|20)\d\d[-./]\d{{1,2}}[-./]\d{{1,2}}(?!\d))"
    rf"|(?P<lunar>(?:(?:{_DIGITS4}年|{_REL_YEAR})的?)?(?:腊月|正月)(?:里|(?:初|二|三|十)?[一二三四五六七八九十]{{1,2}}|底|初)?)"
    rf"|(?P<date>(?:(?:{_DIGITS4}|\d\d)年|{_REL_YEAR}的?)?{_M}月(?:份)?(?:(?:{_M})[日号]|初|上旬|中旬|下旬|底|末)?)"
    rf"|(?P<dotted>(?<![\d.])\d{{1,2}}\.\d{{1,2}}[号日])"
    rf"|(?P<feast>过完年|(?:(?:{_DIGITS4}年|{_REL_YEAR})的?)?{_FEAST}{_AFTERWARDS}(?![路街镇村庄]))"
    rf"|(?P<year>{_DIGITS4}年(?:初|底|末|[春夏秋冬][天季]?|[上下]半年)?|{_REL_YEAR}(?:的?年?[初底末]|的?[春夏秋冬][天季]?|[上下]半年)?|年[初底](?![\u4e00-\u9fff]?[家村]))"
    rf"|(?P<month>(?:上上?|这|本)个?月(?:(?:{_M})[日号]|初|上旬|中旬|下旬|底|末)?)"
    rf"|(?P<week>(?:上上?|这|本)个?(?:周|星期|礼拜)(?:[一二三四五六日天末](?!{_COUNTS}))?|(?<![每逢到至])(?:周|星期|礼拜)[一二三四五六日天](?![街路镇村庄到至、和]|{_COUNTS}))"
    r"|(?P<day>大前[天日]|前[天日晚]|昨[天日晚夜儿]|夜来|寻日|琴日|噚日|今[天日早晨晚儿])"
    rf"|(?P<span>(?:将近|大概|大约|约|已经|快|近)?(?<![每第整隔])(?![\d一二两三四五六七八九十]?[百千万][一二两三四五六七八九几半\d]?(?:个?月|年|个?小时|周)){_N}(?:个)?(?:多|来)?(?:分钟|个?(?:小时|钟头)|天(?![然气]|两头)|日(?!报)|个?星期|个?礼拜|周(?!岁|年)|个?多?月|年(?![级纪龄代四])半?)(?:多|半|左右|以上|之久|有余)?(?:以?前|之前)?)"
)
_TO = rf"(?:到|至|~|～|-|—)+(?P<to>(?:今年|去年|\d{{4}}年)?{_M}月(?:份)?(?:{_M}[日号]|初|上旬|中旬|下旬|底|末)?)"
_TAIL = re.compile(rf"(?:{_TO})?(?:的?(?P<part>{_PART}))?(?P<clock>{_CLOCK})?(?:开始|起|以来|至今|到现在)?")
_BEFORE = re.compile(r"(?:从|自从|自|打)$")
_NO_START = re.compile(r"(?:十一|半|今年|当年|这个?月|本月|本周|一[天年日]|半天|两天|年|每.*|几天|一个?月|一周)")
"""Words too general to say since when, but where nothing else is said."""
_ALONE_BEFORE = re.compile(r"^(?:时间|大概|大约|差不多|就是|是|有|都|已经|快|从|打|[\s，,：:])*$")
_ALONE_AFTER = re.compile(r"^(?:的?事情?儿?|左右|那会儿?|吧|了|啦|呢|啊|哦|的|[\s，,。！!~～])*$")
_RATE = re.compile(
    r"^(?:就?[要收交得花]?\d{2,5}(?![\d:：.号楼栋幢路弄点月日年时度室单])|一[次趟回交]|[一两三]次|[\d一二两三四五六七八九十]+[元块]|[两三四五六七八九]千|四季|到[头晚])|^\d{1,3}周?岁"
)
"""What follows 一年 in 一年两千八, 一个月一次, and 今年 in 今年61岁."""
_WAITING = re.compile(r"分钟|小时|钟头")
_WAITS = re.compile(
    r"(?:[等排坐骑候]|停(?=[了上]?$)|走(?!水|电)|[要得就]堵|[要花得耗需][要费]?)(?:[了上个着队车人路你我]|就是|就得|就要|就|大概|大约|差不多|将近|至少|起码|最少)*$"
)
"""等40分钟 is how long a bus is waited for, not since when."""
_HOLDS = re.compile(
    r"(?:干|工作|上班|打工|做|任教|服务|入职|住|居住|结婚|当兵|退休|参保|工龄|学)(?:了|满|有|已经|都|快|将近|大概)*$"
)
_HELD = re.compile(r"的?(?:班|工龄|书|兵|工作经验)")
"""干了两年了 is how long somebody has had the job, 住了十年 the home."""
_LEFT = re.compile(r"(?:还?剩|剩余|余下|还有|还差|提前)(?:下|了|大概|大约|差不多|将近|不到)*$")
_LIMIT = re.compile(r"(?:超过?|满|每?超出|限)了?$")
_PAST_LIMIT = re.compile(r"[，, ]?(?:的?话)?(?:就|才|要|得|不[取拿退还]|[收加扣罚]|内|以[内上])")
"""还剩八个月 is yet to come, 超过12小时就收费 a rule; 超过三个月了 is since when."""
_WRITES = re.compile(
    r"[，, ]?(?:我|特|在此|来|才|又|给你们|冒昧|实在)*"
    r"(?:写(?:这|信|给|下)|来信|来反映|来投诉|向你们|反映|投诉|求助|打扰)"
)
"""今天写这封信 is when it is told."""
_LONGEST_SCANNED = 1000
_REMEMBERED = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """``text``: the words, at ``start``; ``first``/``last``: the days they mean; ``at``: the hour where one is said."""

    text: str = field(repr=False)
    start: int
    first: date
    last: date
    grain: Grain
    at: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    words: str
    core: str
    kind: str
    start: int
    part: str
    clock: str
    to: str


def find_since(text: str) -> str:
    """The first such words (一个多月, 上周三晚上, 春节前); empty where the text says none."""
    return _since(text[:_LONGEST_SCANNED])


@lru_cache(maxsize=_REMEMBERED)
def _since(sample: str) -> str:
    return next((found.words for found in _expressions(sample)), "")


def read_time(text: str, *, now: datetime) -> Moment | None:
    """The first expression that is a day or a span of days; ``now`` is when the message was written."""
    local = now.astimezone(_OFFICE)
    for found in _expressions(text):
        span = _until(resolve(found.kind, found.core, local.date()), found, local.date())
        if span and span.first <= local.date():
            return _moment(found, span, local)
    return None


def _until(span: Span | None, found: _Found, today: date) -> Span | None:
    """今年6月到9月: the year is said once."""
    if not (span and found.to):
        return span
    year = found.core.partition("年")[0] + "年" if "年" in found.core and "年" not in found.to else ""
    ends = [end for said in (f"{year}{found.to}", found.to) if (end := resolve("date", said, today))]
    return next((Span(span.first, end.last, span.grain) for end in ends if end.last >= span.first), span)


def _expressions(text: str) -> Iterator[_Found]:
    sample = text[:_LONGEST_SCANNED]
    for match in _TIME.finditer(sample):
        core, kind = match.group(), match.lastgroup or ""
        tail = _TAIL.match(sample, match.end())
        tail = tail if not tail or kind == "date" or not tail["to"] else None
        end = tail.end() if tail else match.end()
        general = end == match.end() and _NO_START.fullmatch(core) and not _is_all(sample, match)
        if general or (kind != "week" and _RATE.match(sample[end:])) or _waited(sample, match):
            continue
        led = _BEFORE.search(sample[max(match.start() - 2, 0) : match.start()])
        start = match.start() - (len(led.group()) if led else 0)
        part, clock = (tail["part"] or "", tail["clock"] or "") if tail else ("", "")
        to = (tail["to"] or "") if tail else ""
        yield _Found(words=sample[start:end], core=core, kind=kind, start=start, part=part, clock=clock, to=to)


def _is_all(sample: str, match: re.Match[str]) -> bool:
    """Whether the text says the time and nothing beside it: 一个月了."""
    return bool(_ALONE_BEFORE.match(sample[: match.start()]) and _ALONE_AFTER.match(sample[match.end() :]))


def _waited(sample: str, match: re.Match[str]) -> bool:
    before = sample[max(match.start() - 8, 0) : match.start()]
    if match.lastgroup == "day" and _WRITES.match(sample[match.end() :]):
        return True
    waits = _WAITING.search(match.group()) and _WAITS.search(before)
    holds = _HOLDS.search(before) or _HELD.match(sample[match.end() :])
    return bool(waits or (match.lastgroup == "span" and (holds or _is_term(sample, match, before))))


def _is_term(sample: str, match: re.Match[str], before: str) -> bool:
    if match.group().endswith("前"):
        return False
    return bool(_LEFT.search(before) or (_LIMIT.search(before) and _PAST_LIMIT.match(sample[match.end() :])))


def _moment(found: _Found, span: Span, local: datetime) -> Moment:
    at = _hour(found.clock, found.part or found.core) if found.clock else None
    part = bool(found.part) or (found.kind == "day" and found.core[-1] in "晚夜早晨")
    grain = span.grain
    if span.first == span.last and grain is Grain.DAY:
        grain = Grain.HOUR if at else Grain.PART if part else grain
    last = local.date() if re.search(r"以来|至今|到现在", found.words) else span.last
    return Moment(
        text=found.words, start=found.start, first=span.first, last=min(last, _latest(span, local)), grain=grain, at=at
    )


def _latest(span: Span, local: datetime) -> date:
    """A season or month that is not over yet ends as the calendar says; nothing else reaches into the future."""
    return (
        span.last
        if span.grain in {Grain.SEASON, Grain.MONTH, Grain.DAYS, Grain.YEAR}
        else local.date() + timedelta(days=1)
    )


def _hour(clock: str, part: str) -> time | None:
    numbers = re.match(r"(\d{1,2}|[一二两三四五六七八九十]+)[点时:：](\d\d|半)?", clock)
    hour = _number(numbers[1]) if numbers else 24
    if hour < 12 and re.search(r"下午|后晌|傍晚|晚|夜", part) and not (hour < 5 and "半夜" in part):  # noqa: PLR2004 - noon; the small hours
        hour += 12
    minute = 30 if numbers and numbers[2] == "半" else int(numbers[2] or 0) if numbers else 0
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004 - hours of a day, minutes of an hour


def _number(said: str) -> int:
    if said.isdigit():
        return int(said)
    tens, found, ones = said.rpartition("十")
    figures = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}
    return (figures.get(tens, 1) * 10 if found else 0) + figures.get(ones, 0)
