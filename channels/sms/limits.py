"""How often one number may be texted: settings, with what the vendors allow as their defaults.

Aliyun and Tencent let through one code a minute, five an hour and ten a day, and 50 of one notice template in any 24
hours, all counted when they are handed in. A text beyond is refused by the vendor and counts there; so it is held here.
"""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from channels.base import Limit
from channels.messages import Purpose

_MOST = 1_000


class LimitTable(BaseModel):
    """At most so many to one number in any minute, hour, day of 24 hours; 0: as many as there are."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    minute: int = Field(default=0, ge=0, le=_MOST)
    hour: int = Field(default=0, ge=0, le=_MOST)
    day: int = Field(default=0, ge=0, le=_MOST)


class Limits(BaseModel):
    """By purpose; of notices and broadcasts each template is counted by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    code: LimitTable = LimitTable(minute=1, hour=5, day=10)
    case_notice: LimitTable = LimitTable(day=50)
    broadcast: LimitTable = LimitTable(day=50)
    reply: LimitTable = LimitTable()
    alarm: LimitTable = LimitTable(day=50)

    def by_purpose(self) -> Mapping[Purpose, Limit]:
        """Those that there are."""
        tables = {purpose: getattr(self, purpose.value) for purpose in Purpose}
        made = {purpose: Limit(**table.model_dump()) for purpose, table in tables.items()}
        return {purpose: limit for purpose, limit in made.items() if limit != Limit()}
