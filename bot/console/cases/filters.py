"""What the list of cases can be narrowed by, from a page's address to a filter and back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clocks.calendar import SHANGHAI
from storage.case_waits import Wait
from storage.cases import CASE_TYPES, LABELS, CaseFilter, CaseState
from storage.numbers import normalise

LIGHTS: Mapping[str, str] = {"red": "已超期", "yellow": "临近期限"}
_DIGITS_OF_PHONE = 7
_BEGINS = re.compile(r"[A-Za-z]{1,6}\d{0,12}")
"""How a case number begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The fields of the form above the list, as they were sent."""

    state: str = ""
    light: str = ""
    type: str = ""
    category: str = ""
    district: str = ""
    channel: str = ""
    urgency: str = ""
    since: str = ""
    until: str = ""
    unit: str = ""
    waits: str = ""
    q: str = ""

    def fields(self) -> dict[str, str]:
        """What is set, for links that keep it."""
        return {name: value for name in self.__dataclass_fields__ if (value := getattr(self, name))}


def wanted_of(query: Mapping[str, str]) -> Wanted:
    """Read the form; what is none of the choices does not count."""
    values = {name: query.get(name, "").strip()[:60] for name in Wanted.__dataclass_fields__}
    choices: Mapping[str, object] = {
        "state": {"open", "all", *(state.value for state in CaseState)},
        "light": LIGHTS,
        "type": CASE_TYPES,
        "waits": set(Wait),
    }
    for name, known in choices.items():
        if values[name] not in known:  # type: ignore[operator] # sets, mappings and tuples alike
            values[name] = ""
    for name in ("since", "until"):
        if _day(values[name]) is None:
            values[name] = ""
    return Wanted(**values)


def filter_of(wanted: Wanted, now: datetime) -> CaseFilter:
    """The filter of what is asked for; "" asks for what is still open, "all" for everything."""
    sought = sought_of(wanted.q)
    until = _day(wanted.until)
    return CaseFilter(
        state=CaseState(wanted.state) if wanted.state in LABELS else None,
        open=_open(wanted, sought=bool(wanted.q)),
        type=wanted.type or None,
        category=wanted.category or None,
        district=wanted.district or None,
        channel=wanted.channel or None,
        urgency=wanted.urgency or None,
        phone=sought.phone or None,
        query=sought.number or None,
        created_after=_day(wanted.since),
        created_before=until + timedelta(days=1) if until else None,
        due_before=now if wanted.light == "red" else None,
        warned_before=now if wanted.light == "yellow" else None,
        waits=wanted.waits or None,
    )


def _open(wanted: Wanted, *, sought: bool) -> bool | None:
    if wanted.light or wanted.waits or wanted.state == "open":
        return True
    return None if wanted.state or sought else True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What the words of the search look like; one of these at most is set."""

    number: str = ""
    phone: str = ""
    words: str = ""


def sought_of(words: str) -> Sought:
    """A case number or how it begins, a phone, or words that stand in cases."""
    if not words:
        return Sought()
    if normalise(words) is not None or _BEGINS.fullmatch(words):
        return Sought(number=words)
    digits = "".join(filter(str.isdigit, words))
    if len(digits) >= _DIGITS_OF_PHONE and not any(map(str.isalpha, words)):
        return Sought(phone=words)
    return Sought(words=words)


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
