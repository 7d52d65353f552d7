"""Telephone numbers in a text, and which of them is the writer's own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import phonenumbers

_REGION = "CN"
_LONGEST_SCANNED = 4000
_CUE = 24
_REMEMBERED = 64
"""Texts: the parts of a turn ask about the same."""
_SHORTEST = 3
"""Figures; no number that may be dialled has fewer."""
_FIGURE = re.compile(r"\d")
_FIGURES = str.maketrans("零〇一幺二两三四五六七八九", "0011223456789")
_SPELLED = re.compile(r"(?:[零〇一幺二两三四五六七八九\d][ -]?){7,}")
_NAME_BEFORE = re.compile(r"[一二两三四五六七八九]{1,2}[ -]?(?=1[3-9](?:[ -]?\d){9}[ -]?$)")
"""Before a whole number in figures it ends the name: 赵六13900001111."""
_DICTATED = re.compile(
    r"(?<![零〇一幺二两三四五六七八九\d])"
    r"[1一幺](?:[，,、。. -]?[零〇一幺二两三四五六七八九\d]){10}(?![零〇一幺二两三四五六七八九\d])"
)
"""A mobile number said in groups: 幺三九，一二三四，五六七八."""
_NAMED_OTHER = re.compile(
    r"(?:对方|他|她|老板|商家|店主|司机|房东|中介|包工头|经理|施工方|被举报人)(?:名?叫|姓名?是?|是)[^，。；\n]{1,6}[，,\x20]+(?:他的?|她的?)?(?:电话|手机|号码|联系方式)[号码是为:：\x20]*$"
)
_LANDLINE = re.compile(r"(?:座机|固话|家里?(?:的)?电话|固定电话)[^，。\n\d]{0,6}(?<!\d)[2-8]\d{6,7}(?!\d)")
_MINE = re.compile(r"(?:我的?|本人的?)(?:手机|电话|号码?|联系)[^，。；\n\d]{0,6}$")
_OWN = re.compile(r"(我|本人|联系|手机|电话|号码|Tel|tel|TEL)[^，。；\n]{0,8}$")
_OTHERS = re.compile(
    r"(对方|(?<!是)他的?|(?<!是)她的?|老板|商家|商户|店家?|施工方?|物业|公司|中介|房东|司机|卖家|骗子|客服|经理|包工头|被举报人)"
    r"[^，。；\n我]{0,8}$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """``value`` as it is dialled inside the country: ``13800138000`` or ``0536-8123456``."""

    value: str = field(repr=False)
    start: int
    end: int
    mobile: bool


def find_phones(text: str) -> list[Phone]:
    """All valid numbers of the text, in order."""
    return list(_found(_in_figures(text[:_LONGEST_SCANNED])))


@lru_cache(maxsize=_REMEMBERED)
def _found(text: str) -> tuple[Phone, ...]:
    # most texts have no number at all, and to look for one is slow
    return tuple(_matches(text)) if len(_FIGURE.findall(text)) >= _SHORTEST else ()


def _in_figures(text: str) -> str:
    """A number that is spelled out (一三八…, 幺三八…), in figures; every character keeps its place."""
    text = _DICTATED.sub(lambda found: re.sub(r"[^\d]", "-", found[0].translate(_FIGURES)), text)
    return _SPELLED.sub(_without_the_name, text)


def _without_the_name(found: re.Match[str]) -> str:
    name = _NAME_BEFORE.match(found[0])
    kept = name[0] if name else ""
    return kept + found[0][len(kept) :].translate(_FIGURES)


def figures_of(said: str) -> str:
    """The figures of a number that is said digit by digit: 幺三, 九 → 139."""
    return re.sub(r"\D", "", said.translate(_FIGURES))


def own_phone(text: str) -> Phone | None:
    """The number the writer can be reached at: never one that the text gives to somebody else."""
    mine = [phone for phone in find_phones(text) if not _is_others(_before(text, phone))]
    own = [phone for phone in mine if _MINE.search(_before(text, phone))]
    cued = [phone for phone in mine if _OWN.search(_before(text, phone))]
    mobiles = [phone for phone in mine if phone.mobile]
    return next(iter((*own, *cued, *mobiles, *mine)), None)


def _is_others(before: str) -> bool:
    return bool(_OTHERS.search(before) or _NAMED_OTHER.search(before))


def _before(text: str, phone: Phone) -> str:
    return text[max(phone.start - _CUE, 0) : phone.start]


def looks_like_a_try(text: str) -> bool:
    """Somebody typed a number that is no telephone number (a digit missing, a letter too many)."""
    return len(re.sub(r"\D", "", _in_figures(text))) >= 5 and not find_phones(text)  # noqa: PLR2004 - shorter ones are other things


def lacks_area_code(text: str) -> bool:
    """座机8223456: a landline that nobody could dial from elsewhere."""
    return bool(_LANDLINE.search(_in_figures(text))) and not find_phones(text)


def mask_phone(value: str) -> str:
    """``138****8000``, ``0536-****456``."""
    if len(value) == 11 and value.isdigit():  # noqa: PLR2004 - length of a mobile number
        return f"{value[:3]}****{value[-4:]}"
    area, dash, number = value.rpartition("-")
    return f"{area}{dash}****{number[-3:]}"


def _matches(text: str) -> Iterator[Phone]:
    for match in phonenumbers.PhoneNumberMatcher(text, _REGION):
        number = match.number
        if number.country_code != 86 or _inside_a_longer_number(text, match.start, match.end):  # noqa: PLR2004
            continue
        mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
        yield Phone(value=_written(number, mobile=mobile), start=match.start, end=match.end, mobile=mobile)


def _inside_a_longer_number(text: str, start: int, end: int) -> bool:
    around = text[max(start - 1, 0) : start] + text[end : end + 1]
    return any(c.isascii() and c.isalnum() for c in around)


def _written(number: phonenumbers.PhoneNumber, *, mobile: bool) -> str:
    if mobile:
        return str(number.national_number)
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return "-".join(national.replace("-", " ").split(" ", 1)).replace(" ", "")
