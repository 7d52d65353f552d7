"""The weekly digest (《群众之声》): what a week brought, beside the week before, as a page and as a document."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from console_client import UNITS, Console

from bot.casework.service import Casework, Draft
from bot.chance import SecureChance
from bot.clocks.calendar import WorkCalendar
from bot.clocks.clockwork import ClockSetter
from bot.clocks.rules import Rules
from bot.console.digest import DigestParts, digest_feature
from bot.digest.making import Week
from storage.cases import Actor, ActorKind, Filer
from storage.figures import Figures
from storage.staff import Role
from storage.store import Store

LIGHTS, NOISE = "城乡建设/路灯照明", "环境保护/噪声"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
async def office(database, vault, clock, passwords):
    store = await Store.open(database, vault, clockwork=ClockSetter(calendar=WorkCalendar(), rules=Rules))
    await store.units.put(UNITS)

    async def kick(_ids):
        return None

    casework = Casework(store=store, clock=clock, chance=SecureChance(), office="某市信访局", kick=kick)
    parts = DigestParts(store=store, figures=Figures(database), clock=clock, office="某市信访局")
    console = Console(store, clock, passwords, features=(digest_feature(parts),))
    await console.start()
    console.file = _filing(casework, clock)
    yield console
    await console.stop()


def _filing(casework, clock):
    count = 0

    async def file(day: int, **facts) -> str:
        """Filed on that day of November at noon."""
        nonlocal count
        count += 1
        before, clock.now = clock.now, datetime(2026, 11, day, 4, 0, tzinfo=UTC)
        draft = {"title": "张三丰反映路灯不亮", "content": "路灯不亮", "category": LIGHTS, "district": "奎文区"}
        draft["filer"] = Filer(name="张三丰", phone="13800138000")
        made = await casework.create(Draft(**(draft | facts)), actor=Actor(kind=ActorKind.RESIDENT), key=f"k{count}")
        clock.now = before
        return made.case.number

    return file


async def test_a_week_is_told_beside_the_week_before(office):
    last = await office.file(10)
    together = [await office.file(day) for day in (16, 18, 22)]
    alone = await office.file(19, category=NOISE, district="潍城区", title="夜间施工 13800138000", urgency="urgent")
    secret = await office.file(20, category=NOISE, district="奎文区", title="某小区噪声", confidential=True)
    accused = await office.file(21, accusation=True, title="举报某局长")
    later = await office.file(23)
    leader = await office.signed_in("lingdao", Role.LEADER)
    page = await leader.get("/digest")
    assert page.says("2026年第47期")
    assert page.says("2026年11月16日至22日共收到诉求 5 件，比上周增加 4 件（400%）")
    assert page.says(f"奎文区 {LIGHTS}：3 件")
    assert all(number in page.text for number in (*together, alone))
    assert not any(number in page.text for number in (last, secret, accused, later))
    assert "张三丰" not in page.text
    assert "13800138000" not in page.text
    assert "某小区噪声" not in page.text
    assert page.says("夜间施工 138****8000 紧急")
    assert (await leader.get("/digest?week=2026-11-12")).says("共收到诉求 1 件，比上周增加 1 件")
    assert (await leader.get("/digest?week=nonsense")).says("第47期")
    assert (await leader.get("/digest?week=2099-01-01")).says("第47期")
    assert (await leader.get("/digest?week=2026-11-23")).says("还没有结束")


async def test_a_week_without_a_case_says_so(office):
    leader = await office.signed_in("lingdao", Role.LEADER)
    assert (await leader.get("/digest")).says("没有收到诉求，上周 0 件")


async def test_a_district_reads_of_its_own(office):
    number = await office.file(18)
    supervisor = await office.signed_in("quxian", Role.SUPERVISOR, unit="wc")
    page = await supervisor.get("/digest")
    assert number not in page.text
    assert page.says("没有收到诉求")


async def test_the_document_opens_and_says_the_same(office):
    for day in (16, 17):
        await office.file(day, title="<b>路灯</b>&不亮")
    leader = await office.signed_in("lingdao", Role.LEADER)
    async with leader._client.get("/console/digest/file") as answer:
        assert answer.headers["Content-Type"].endswith("wordprocessingml.document")
        content = await answer.read()
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        assert set(packed.namelist()) == {"[Content_Types].xml", "_rels/.rels", "word/document.xml"}
        root = ET.fromstring(packed.read("word/document.xml"))
    told = ["".join(each.itertext()) for each in root.iter(f"{W}p")]
    assert told[0] == "群众之声"
    assert "2026年11月16日至22日共收到诉求 2 件，比上周增加 2 件。" in told
    assert any(each.strip().startswith("<b>路灯</b>&不亮") for each in told)
    assert all(cell.find(f"{W}p") is not None for cell in root.iter(f"{W}tc"))
    [line] = await office.store.audit.newest(1)
    assert (line.action, line.details["week"]) == ("digest.exported", "2026-11-16")


async def test_who_may_not_see_figures_gets_no_digest(office):
    for role in (Role.OPERATOR, Role.HANDLER, Role.DISCIPLINE, Role.ADMINISTRATOR, Role.NOTICE_EDITOR):
        browser = await office.signed_in(f"x-{role.value.replace('_', '-')}", role)
        assert (await browser.get("/digest")).status == 403
        assert (await browser.get("/digest/file")).status == 403


def test_weeks_are_said_as_people_say_them():
    assert Week.of(date(2026, 12, 31)).said == "2026年12月28日至2027年1月3日"
    assert Week.of(date(2026, 11, 29)).said == "2026年11月23日至29日"
    assert Week.of(date(2026, 10, 1)).said == "2026年9月28日至10月4日"
    assert Week.of(date(2027, 1, 3)).issue == "2026年第53期"
    assert Week.of(date(2026, 11, 22)).after.monday - timedelta(days=7) == date(2026, 11, 16)
