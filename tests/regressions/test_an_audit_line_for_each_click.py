"""Two sends at one moment wrote two lines of the audit log for one notice, and one of what was then refused."""

import asyncio
from datetime import UTC, datetime

import pytest
from broadcast_kit import Phones, office_of

from bot.broadcasts.office import BroadcastError, Doer, Written
from bot.publishing.errors import PublishError
from bot.publishing.forms import clarification_of
from bot.publishing.office import PublicationOffice
from bot.publishing.telling import Teller
from storage.audit import AuditFilter
from storage.broadcast_records import Segment
from storage.store import Store

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
SUN, ZHOU, WU = Doer(id="m1", name="孙丽"), Doer(id="m2", name="周涛"), Doer(id="m3", name="吴敏")
SAID = {
    "question": "自来水要停三天，是真的吗？",
    "answer": "不属实。只在11月24日夜间检修4小时。",
    "source": "市水务局",
    "day": "2026-11-23",
    "until": "2026-11-30",
}
NOTICE = Written(title="停水通知", text="明日停水", channels=["sms"], segment=Segment(everybody=True))
ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
async def stores(database, vault):
    """Of two processes."""
    return [await Store.open(database, vault), await Store.open(database, vault)]


async def actions(store):
    return [line.action for line in await store.audit.newest(9, wanted=AuditFilter(target=ID))]


async def test_a_notice_written_and_passed_twice_at_once_is_told_once(stores, tmp_path):
    offices = [office_of(store, {("sms", "main"): Phones(tmp_path)}, lambda: NOW) for store in stores]
    made = await asyncio.gather(*(office.write(NOTICE, by=SUN, id=ID) for office in offices))
    assert await actions(stores[0]) == ["broadcast.written"]
    both = (office.approve(made[0], by=by) for office, by in zip(offices, (ZHOU, WU), strict=True))
    ended = await asyncio.gather(*both, return_exceptions=True)
    assert len([each for each in ended if isinstance(each, BroadcastError)]) == 1
    assert await actions(stores[0]) == ["broadcast.approved", "broadcast.written"]
    assert (await stores[0].audit.check())[1] is None


async def test_a_clarification_written_and_published_twice_at_once_is_told_once(stores):
    offices = [
        PublicationOffice(store=store, teller=Teller(store=store, channels={}), clock=lambda: NOW, kick=_none)
        for store in stores
    ]
    content = clarification_of(SAID, NOW)
    made = await asyncio.gather(*(office.write(content, by=SUN, id=ID) for office in offices))
    assert await actions(stores[0]) == ["clarification.written"]
    both = (office.approve(made[0], by=by) for office, by in zip(offices, (ZHOU, WU), strict=True))
    ended = await asyncio.gather(*both, return_exceptions=True)
    assert len([each for each in ended if isinstance(each, PublishError)]) == 1
    assert await actions(stores[0]) == ["clarification.published", "clarification.written"]


async def _none(_ids):
    """Nothing is sent here."""
