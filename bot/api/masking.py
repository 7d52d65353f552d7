"""Personal data as lists and logs of screens may show it: enough to recognise, never enough to use."""

import re

_MOBILE = re.compile(r"(?<![0-9])(1[3-9][0-9])[ -]?[0-9]{4}[ -]?([0-9]{4})(?![0-9])")
_ID_NUMBER = re.compile(r"(?<![0-9])([0-9])[0-9]{16}([0-9Xx])(?![0-9])")
_LONG = 7


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


def text(full: str, *, person: str = "") -> str:
    """Free words with mobile numbers, identity numbers and the person's own name masked."""
    masked = _ID_NUMBER.sub(r"\1****************\2", full)
    masked = _MOBILE.sub(r"\1****\2", masked)
    return masked.replace(person, name(person)) if len(person) > 1 else masked
