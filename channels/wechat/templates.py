"""The facts of a notice as the keyword values of a template, within the platform's limits for each kind of keyword."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from types import MappingProxyType

from channels.messages import Outbound
from channels.wechat.rendering import clip
from channels.wechat.settings import Template
from channels.wechat.wire import without_illegal

CHINA = timezone(timedelta(hours=8))

LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "thing": 20,
        "character_string": 32,
        "phrase": 5,
        "name": 10,
        "number": 32,
        "letter": 32,
        "symbol": 5,
        "phone_number": 17,
        "car_number": 8,
        "const": 20,
    }
)
"""Most characters of a value, by the keyword's kind ("thing" of "thing3"). A longer one refuses the message."""

_OTHERWISE = 200
_TIMES = MappingProxyType({"time": "%Y年%m月%d日 %H:%M", "date": "%Y年%m月%d日"})
_ASCII_KINDS = frozenset({"character_string", "number", "letter", "phone_number"})
_ELLIPSIS_KINDS = frozenset({"thing", "const"})
_EMPTY = "无"


def template_data(template: Template, message: Outbound, *, now: datetime) -> dict[str, dict[str, str]]:
    """The ``data`` of a template or subscribe message. The fact "text" is the message's own text."""
    facts = {"text": message.text, **message.fields}
    return {
        keyword: {"value": keyword_value(keyword, facts.get(fact, ""), now=now)}
        for keyword, fact in template.fields.items()
    }


def keyword_value(keyword: str, fact: str, *, now: datetime) -> str:
    """``fact`` made fit for ``keyword``; never empty, because the platform refuses empty values."""
    kind = keyword.rstrip("0123456789").lower()
    plain = " ".join(without_illegal(fact).split())
    if kind in _TIMES:
        return _time(kind, plain, now)
    if kind in _ASCII_KINDS:
        return "".join(each for each in plain if each.isascii())[: LIMITS[kind]] or "-"
    limit = LIMITS.get(kind, _OTHERWISE)
    fitting = clip(plain, limit) if kind in _ELLIPSIS_KINDS or kind not in LIMITS else plain[:limit]
    return fitting or _EMPTY


def _time(kind: str, fact: str, now: datetime) -> str:
    """An ISO time written out in China's own time; a time already written out stays; no time is now."""
    if fact and not re.match(r"\d{4}-\d{2}-\d{2}(?!\d)", fact):
        return fact
    try:
        moment = datetime.fromisoformat(fact)
    except ValueError:
        moment = now
    # A naive time is taken as China's, like everything the office writes.
    aware = moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
    return aware.astimezone(CHINA).strftime(_TIMES[kind])
