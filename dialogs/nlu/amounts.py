"""Amounts of money as people say them: 3500元, 1.2万, 三千五, 十几万, 两万多块钱."""

import re
from dataclasses import dataclass
from decimal import Decimal

_DIGITS = {c: Decimal(n) for n, c in enumerate("零一二三四五六七八九")} | {
    "〇": Decimal(0),
    "两": Decimal(2),
    "俩": Decimal(2),
    "半": Decimal("0.5"),
}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_MONEY = r"(?:块钱|元钱|块|元|圆|人民币|RMB|rmb|大洋)"
_NOT_MONEY = (
    r"(?![\d.]{0,4}(?:[个人名位户家栋幢座层楼室号路街巷弄米度年月日天周岁点时分秒次回趟遍届期斤吨亩平间辆台条件份张只头棵瓶箱车页字项场单组队门班级%％/:：-]|"
    r"平方|公里|小时|左右的人))"
)
_FIGURES = r"(?<!\d)\d{1,3}(?:,\d{3}){1,3}(?:\.\d{1,2})?|(?<!\d)\d{1,9}(?:\.\d{1,4})?"
_SPOKEN = r"[一二两三四五六七八九十百千万亿零半几]"
_AMOUNT = re.compile(
    rf"[￥¥$]\s?(?:{_FIGURES})(?:[万千亿])?{_MONEY}?"
    rf"|(?:好几|[几十]{{0,2}}几|{_FIGURES})(?:[多来余])?[百千万亿]{{1,2}}\d{{0,4}}(?:[多来余])?(?:{_MONEY}|(?=钱)|{_NOT_MONEY})"
    rf"|(?:{_FIGURES})(?:[多来余])?{_MONEY}"
    rf"|{_SPOKEN}{{0,6}}[十百千万亿]{_SPOKEN}{{0,6}}(?:[多来余]{_SPOKEN}{{0,2}})?{_MONEY}"
    rf"|(?:好几|[几一二两三四五六七八九]){_MONEY}(?:钱)"
    rf"|(?:十几|几十|[一二两三四五六七八九十百]{{1,5}})(?:[千万亿]){_SPOKEN}{{0,6}}(?:[多来余])?{_NOT_MONEY}"
)
_CUED = re.compile(
    r"(?:[收交欠罚付花退赔补涨掏]了?(?:我|到|成|款|费)?|多收|少给|年卡|次卡|月供|押金|定金|订金|首付|工[资钱]|[货欠借]款|本金|租金|房租|小时|价格?|费用?)(?P<figure>\d{2,7}(?:\.\d{1,2})?)(?![\d.])"
    + _NOT_MONEY
)
_LONGEST_SCANNED = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """``text`` as it was said; ``yuan`` where it is a figure: none for 十几万. ``about``: 两万多."""

    text: str
    start: int
    end: int
    yuan: Decimal | None
    about: bool


def find_amounts(text: str) -> list[Amount]:
    """The amounts of a text, in order."""
    sample = text[:_LONGEST_SCANNED]
    spans = {found.span() for found in _AMOUNT.finditer(sample)}
    cued = (found.span("figure") for found in _CUED.finditer(sample))
    spans |= {(a, b) for a, b in cued if not any(c < b and a < d for c, d in spans)}
    return [_read(sample[start:end], start, end) for start, end in sorted(spans)]


def _read(said: str, start: int, end: int) -> Amount:
    about = bool(re.search(r"[多来余几]", said))
    bare = re.sub(rf"[￥¥$,\s多来余]|{_MONEY}|钱", "", said)
    return Amount(text=said, start=start, end=end, yuan=None if "几" in bare else value_of(bare), about=about)


def value_of(number: str) -> Decimal | None:
    """The value of a number in figures, words or both (1.2万, 三十八万六, 两千八百); None for what is none."""
    if re.fullmatch(r"\d+(?:\.\d+)?", number):
        return Decimal(number)
    for unit in ("亿", "万"):
        head, found, tail = number.partition(unit)
        if found:
            high, low = value_of(head or "1"), _after(tail, _UNITS[unit])
            return None if high is None or low is None else high * _UNITS[unit] + low
    return _below_ten_thousand(number)


def _after(tail: str, unit: int) -> Decimal | None:
    """三十八万六 is 386,000: a lone digit that ends the number counts in tenths of the unit before it."""
    if not tail:
        return Decimal(0)
    lone = Decimal(tail) if re.fullmatch(r"[0-9]", tail) else _DIGITS.get(tail)
    return lone * unit / 10 if lone is not None else value_of(tail)


def _below_ten_thousand(number: str) -> Decimal | None:
    total, digit, last = Decimal(0), Decimal(0), 10
    figures = re.match(r"\d+(?:\.\d+)?", number)
    if figures:
        digit, number = Decimal(figures.group()), number[figures.end() :]
    for c in number:
        if c in _DIGITS:
            digit = _DIGITS[c]
            last = 1 if c in "零〇" else last
        elif c in _UNITS:
            total, last = total + (digit or 1) * _UNITS[c], _UNITS[c]
            digit = Decimal(0)
        else:
            return None
    return total + digit * (last // 10 or 1)
