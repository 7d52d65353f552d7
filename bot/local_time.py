"""Moments as people at the office read them: in their own time, in Chinese."""

from datetime import datetime
from zoneinfo import ZoneInfo

_SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(moment: datetime | None) -> str:
    """2026年11月22日 14:05; "" for None."""
    if moment is None:
        return ""
    local = moment.astimezone(_SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def iso_day(moment: datetime | None) -> str:
    """2026-11-22, as a field for dates takes it; "" for None."""
    return "" if moment is None else moment.astimezone(_SHANGHAI).date().isoformat()


def day(moment: datetime | None) -> str:
    """2026年11月22日; "" for None."""
    if moment is None:
        return ""
    local = moment.astimezone(_SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日"
