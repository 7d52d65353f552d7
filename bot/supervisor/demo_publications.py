"""A reception day to come and a clarification, so that whoever tries the demo sees both, and can book and ask."""

from datetime import datetime, timedelta

from bot.broadcasts.office import Doer
from bot.clocks.calendar import local_day
from bot.publishing.forms import clarification_of, reception_of
from bot.publishing.office import PublicationOffice
from bot.publishing.telling import Teller
from channels.base import Clock
from storage.store import Store

_WEDNESDAY = 2
_AHEAD = timedelta(days=5)
_SHOWN = timedelta(days=30)


async def publish_demo(store: Store, clock: Clock, *, writer: Doer, approver: Doer) -> None:
    """Written by one and approved by another, as an office does it."""
    office = PublicationOffice(store=store, teller=Teller(store=store, channels={}), clock=clock, kick=_nobody)
    now = clock()
    for content in (reception_of(_reception(now), now), clarification_of(_clarification(now), now)):
        await office.approve(await office.write(content, by=writer), by=approver)


async def _nobody(_entries: object) -> bool:
    """There is nobody yet to be told."""
    return False


def _reception(now: datetime) -> dict[str, str]:
    day = local_day(now) + _AHEAD
    day += timedelta(days=(_WEDNESDAY - day.weekday()) % 7)
    return {
        "leader": "张明",
        "post": "副市长",
        "matters": "城建、物业、供水供暖",
        "place": "市信访局一楼接待大厅",
        "day": day.isoformat(),
        "begins": "09:00",
        "ends": "11:30",
        "places": "6",
    }


def _clarification(now: datetime) -> dict[str, str]:
    today = local_day(now)
    return {
        "question": "市区自来水要停三天，是真的吗？",
        "answer": "不属实。供水管网近期没有停水计划，个别小区检修会提前一天在小区张贴通知，一般不超过4小时。",
        "source": "市水务局",
        "day": today.isoformat(),
        "until": (today + _SHOWN).isoformat(),
    }
