"""Personal data as lists and logs of screens may show it: enough to recognise, never enough to use."""

import re

_MOBILE = re.compile(r"(?<![0-9])(1[3-9][0-9])[ -]?[0-9]{4}[ -]?([0-9]{4})(?![0-9])")
_ID_NUMBER = re.compile(r"(?<![0-9])([0-9])[0-9]{16}([0-9Xx])(?![0-9])")
_LONG = 7
_CODE = re.compile(r"((?:查询码|验证码)\s*[：:是为]?\s*)\d{6}(?!\d)")
_CASE_NUMBER = r"(?<![A-Za-z0-9])[A-Za-zＡ-Ｚａ-ｚ]{1,6}[\s-]?(?:\d[\s-]?){11,12}\d?(?!\d)"
_NUMBER_OR_CODE = re.compile(rf"(?P<number>{_CASE_NUMBER})|(?<!\d)\d{{6}}(?!\d)")
_HIDDEN_CODE = "******"


def name(full: str) -> str:
    """王小明 → 王**; the number of stars tells nothing."""
    return f"{full[0]}**" if full else ""


def phone(full: str) -> str:
    """13800138000 → 138****8000; a short number keeps its last two digits only."""
    if not full:
        return ""
    return f"{full[:3]}****{full[-4:]}" if len(full) > _LONG + 1 else f"****{full[-2:]}"


def id_number(full: str) -> str:
    """First and last character, as the ministry's own notices print it."""
    return f"{full[0]}{'*' * 16}{full[-1]}" if full else ""


def address(full: str) -> str:
    return "***" if full else ""


def told_code(full: str) -> str:
    """What we say, without the query code: it is the person's alone, as a password is, whoever may read the rest."""
    return _CODE.sub(rf"\1{_HIDDEN_CODE}", full)


def heard_code(full: str) -> str:
    """What a person writes, without the query code: behind its name, beside a case number, or all there is."""
    masked = told_code(full)
    found = list(_NUMBER_OR_CODE.finditer(masked))
    alone = len(found) == 1 and found[0].group() == masked.strip()
    if not alone and not any(each["number"] for each in found):
        return masked
    return _NUMBER_OR_CODE.sub(lambda each: each["number"] or _HIDDEN_CODE, masked)


def text(full: str, *, person: str = "") -> str:
    """Free words with mobile numbers, identity numbers and the person's own name masked."""
    masked = _ID_NUMBER.sub(r"\1****************\2", full)
    masked = _MOBILE.sub(r"\1****\2", masked)
    return masked.replace(person, name(person)) if len(person) > 1 else masked
