"""Resident identity numbers: found by form, believed by their check digit."""

import re
from dataclasses import dataclass, field
from datetime import date

from stdnum.cn import ric

_GAP = r"[ -]?"
_BORN = rf"(?:1[89]|20)(?:{_GAP}\d){{2}}{_GAP}[01]{_GAP}\d{_GAP}[0-3]{_GAP}\d"
_FORM = re.compile(
    rf"(?<![0-9A-Za-z])[1-9](?:{_GAP}\d){{5}}{_GAP}{_BORN}(?:{_GAP}\d){{3}}{_GAP}[\dXx](?![0-9A-Za-z])"
    rf"|(?<![0-9A-Za-z])[1-9](?:{_GAP}\d){{16}}{_GAP}[\dXx](?![0-9A-Za-z])"
)
_LABEL = r"(?:(?:我的?|本人的?)?(?:居民)?(?:身份证|证件)(?:号码?|证号)?(?:是|为)?[:： ]*)"
_LABELLED = re.compile(rf"{_LABEL}(?P<number>\d(?:{_GAP}[\dXx*]){{13,18}})(?![0-9A-Za-z])")
_LABEL_BEFORE = re.compile(rf"{_LABEL}$")
_OTHERS = re.compile(r"(?:对方|他的?|她的?|老板|商家|房东|司机|骗子|被举报人)[^，。；\n我]{0,8}$")
_OLD_FORM = 15
_LONGEST_SCANNED = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class IdNumber:
    """``start``/``end`` cover the number and what it is called. ``valid``: its check digit fits (its date, of 15)."""

    value: str = field(repr=False)
    start: int
    end: int
    valid: bool


def find_id_number(text: str) -> IdNumber | None:
    """The first valid identity number."""
    return next((found for found in find_id_numbers(text) if found.valid), None)


def find_id_numbers(text: str) -> list[IdNumber]:
    """All that is an identity number by form or by what it is called, mistyped ones too; not those of others."""
    sample = text[:_LONGEST_SCANNED]
    spans = {m.span("number") for m in _LABELLED.finditer(sample)}
    by_form = (m.span() for m in _FORM.finditer(sample))
    spans |= {(a, b) for a, b in by_form if not any(a < d and b > c for c, d in spans)}
    found = [_read(sample, start, end) for start, end in sorted(spans)]
    return [one for one in found if one and not _OTHERS.search(sample[: one.start])]


def without_id_numbers(text: str) -> str:
    """The text without the identity numbers and what they are called."""
    for found in reversed(find_id_numbers(text)):
        text = text[: found.start].rstrip(" ，,、；;") + text[found.end :]
    return text


def _read(text: str, start: int, end: int) -> IdNumber | None:
    """None for what merely has as many digits: a bank card or an order number, unless it is called otherwise."""
    value = re.sub(r"[ -]", "", text[start:end]).upper()
    label = _LABEL_BEFORE.search(text[max(start - 20, 0) : start])
    valid = ric.is_valid(value) or (len(value) == _OLD_FORM and _is_a_day(f"19{value[6:12]}"))
    if not (label or valid or re.match(r"\d{6}(?:1[89]|20)\d{2}[01]\d[0-3]\d", value)):
        return None
    return IdNumber(value=value, start=start - (len(label.group()) if label else 0), end=end, valid=valid)


def _is_a_day(digits: str) -> bool:
    try:
        date.fromisoformat(digits)
    except ValueError:
        return False
    return True


def mask_id_number(value: str) -> str:
    return f"{value[:4]}{'*' * max(len(value) - 8, 0)}{value[-4:]}"
