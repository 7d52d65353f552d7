"""The table of the settings for working days: of a year announced after this version, and what is counted in them."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from bot.settings_sections import Section

_BETWEEN = re.compile(r"[\s,，、;；]+")
_MOST = 200


def _days(value: Any) -> tuple[date, ...]:
    """As TOML has them, or as one text, as a variable of the environment has them."""
    parts = [part for part in _BETWEEN.split(value) if part] if isinstance(value, str) else value
    try:
        days = [part if isinstance(part, date) else date.fromisoformat(part) for part in parts]
    except (TypeError, ValueError):
        raise ValueError('应为日期，如 ["2027-02-07", "2027-02-20"]') from None
    if len(days) > _MOST or not all(type(day) is date for day in days):
        raise ValueError('应为日期，如 ["2027-02-07", "2027-02-20"]')
    return tuple(sorted(set(days)))


_Days = Annotated[tuple[date, ...], BeforeValidator(_days)]


class Calendar(Section):
    """Exchanged days (国务院办公厅关于部分节假日安排的通知) that ``chinesecalendar`` lacks; limits in working days."""

    workdays: _Days = Field((), description="Saturdays, Sundays and holidays that are worked (调休上班)")
    days_off: _Days = Field((), description="Weekdays that are off (放假), beside the statutory holidays")
    return_days: int = Field(
        2, ge=1, le=15, description="Within how many working days a unit may return a wrong assignment (退回)"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> "Calendar":
        if twice := set(self.workdays) & set(self.days_off):
            raise ValueError(f"{min(twice)} 不能又上班又放假")
        return self

    def exchanged(self) -> Mapping[date, bool]:
        """As the calendar of the clocks takes them."""
        return {**dict.fromkeys(self.workdays, True), **dict.fromkeys(self.days_off, False)}
