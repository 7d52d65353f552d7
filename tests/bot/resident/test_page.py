"""The resident's page of a case: what the link in a notice opens, for how long, and what can be done there."""

import re
import uuid
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.casework.links import LASTS, CaseLinks
from bot.casework.service import Casework
from bot.casework.staffwork import StaffWork
from bot.chance import SecureChance
from bot.clocks.calendar import WorkCalendar
from bot.clocks.clockwork import ClockSetter
from bot.clocks.rules import Rules
from bot.resident import ResidentParts, make_resident_pages
from channels.messages import Address
from storage.cases import Actor, ActorKind, CaseState, EntryKind

STAFF = Actor(kind=ActorKind.STAFF, name="李科长")
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(300_000)


class Page:
    """A case, its link, and a browser without cookies."""

    def __init__(self, office, vault) -> None:
        self.office = office
        self.links = CaseLinks(vault=vault, base_url="https://petition.example.gov.cn")
        self.later = timedelta()
        office.casework = Casework(
            store=office.store,
            clock=self.clock,
            chance=SecureChance(),
            office="某市信访局",
            kick=office.kick,
            links=self.links,
        )

    def clock(self):
        return self.office.clock() + self.later

    async def start(self) -> None:
        parts = ResidentParts(
            store=self.office.store,
            links=self.links,
            clock=self.clock,
            office="某市信访局",
            kick=self.office.kick,
        )
        root = web.Application()
        root.add_subapp("/r", make_resident_pages(parts))
        self.client = TestClient(TestServer(root))
        await self.client.start_server()

    async def filed(self, **given):
        self.conversation = await self.office.resident()
        self.case = await self.office.filed(self.conversation, **given)
        self.path = f"/r/{self.links.token(self.case, self.clock())}"
        return self.case

    async def move(self, *states, **more):
        for state in states:
            await self.office.casework.move(self.case.number, to=CaseState(state), actor=STAFF, **more)

    async def get(self, path: str = "") -> tuple[int, str]:
        async with self.client.get(path or self.path) as answer:
            self.headers = answer.headers
            return answer.status, await answer.text()

    async def post(self, what: str, **form) -> tuple[int, str]:
        async with self.client.post(f"{self.path}/{what}", data=form) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def page(office, vault):
    made = Page(office, vault)
    await made.start()
    yield made
    await made.client.close()


async def test_the_notice_leads_to_the_page_and_it_tells_what_happened(page, office):
    case = await page.filed()
    await page.move("accepted", note="三日内派人查看")
    (notice,) = await office.notices(case.number)
    assert notice.url.startswith("https://petition.example.gov.cn/r/")
    assert notice.url in notice.text
    status, text = await page.get("/r/" + notice.url.rpartition("/")[2])
    assert status == 200
    assert "已受理" in text
    assert "三日内派人查看" in text
    assert "王小明" not in text
    assert "13800138000" not in text


async def test_internal_steps_and_other_peoples_words_are_not_on_it(page, office):
    case = await page.filed()
    await office.casework.note(case.number, actor=STAFF, note="此人多次来访，王小明 13800138000")
    await office.casework.note(case.number, actor=STAFF, note="请找王小明 13800138000 核实", public=True)
    _, text = await page.get()
    assert "多次来访" not in text
    assert "李科长" not in text
    assert "13800138000" not in text
    assert "王小明" not in text


@pytest.mark.parametrize("spoil", [lambda t: t[:-1] + ("a" if t[-1] != "a" else "b"), lambda t: t[:-5], str.lower])
async def test_who_does_not_hold_the_link_sees_nothing(page, spoil):
    await page.filed()
    token = page.path.rpartition("/")[2]
    status, text = await page.get(f"/r/{spoil(token)}")
    assert status == 404
    assert "打不开" in text
    assert page.case.number not in text


async def test_a_link_with_a_later_end_or_another_number_is_none(page, office):
    case = await page.filed()
    number, days, digest = page.path.rpartition("/")[2].split("-")
    assert (await page.get(f"/r/{number}-{int(days) + 1}-{digest}"))[0] == 404
    other = await office.filed(await office.resident("oSomebodyElse-00000000000001"))
    assert (await page.get(f"/r/{other.number}-{days}-{digest}"))[0] == 404
    assert case.number != other.number


async def test_the_link_ends(page):
    await page.filed()
    page.later = LASTS - timedelta(days=1)
    assert (await page.get())[0] == 200
    page.later = LASTS + timedelta(days=1)
    assert (await page.get())[0] == 404


async def test_links_can_be_taken_back_and_the_next_notice_has_a_new_one(page, office):
    case = await page.filed()
    staff = StaffWork(
        store=office.store,
        clock=page.clock,
        clocks=ClockSetter(calendar=WorkCalendar(), rules=Rules),
        kick=office.kick,
        links=page.links,
    )
    await staff.take_links_back(case.number, "手机丢了", actor=STAFF)
    assert (await page.get())[0] == 404
    await page.move("accepted")
    (notice,) = await office.notices(case.number)
    assert (await page.get("/r/" + notice.url.rpartition("/")[2]))[0] == 200


async def test_an_accusation_has_no_page(page, office):
    case = await page.filed(accusation=True)
    assert (await page.get())[0] == 404
    await page.move("accepted")
    (notice,) = await office.notices(case.number)
    assert notice.url == ""


async def test_a_text_message_carries_no_link(page, office):
    address = Address(channel="sms", account="main", sender="13900139000")
    conversation = await office.store.conversations.take(address, token=uuid.uuid4().hex, seconds=0.0, now=page.clock())
    page.case = await office.filed(conversation)
    await page.move("accepted")
    (notice,) = await office.notices(page.case.number)
    assert (notice.url, "/r/" in notice.text) == ("", False)


async def test_content_with_the_answer_closes_the_case(page, office):
    case = await page.filed()
    assert (await page.post("rate", grade="5"))[0] == 422
    await page.move("accepted", "answered", answer="已修好")
    status, text = await page.post("rate", grade="4", words="谢谢")
    assert status == 200
    assert "已收到，谢谢您" in text
    after = await office.case(case.number)
    assert (after.state, after.satisfaction) == (CaseState.CLOSED, 4)


async def test_not_content_with_a_reason_has_it_handled_again(page, office):
    case = await page.filed()
    await page.move("accepted", "answered", answer="已修好")
    assert (await page.post("rate", words="没修好"))[0] == 422
    await page.post("rate", grade="1", words="灯还是不亮，根本没人来")
    after = await office.case(case.number)
    assert (after.state, after.satisfaction) == (CaseState.REOPENED, 1)


async def test_what_is_added_stands_in_the_timeline_and_lets_the_clock_go_on(page, office):
    case = await page.filed()
    await page.move("needs_info", note="请补充楼号")
    assert (await page.post("add", words=" "))[0] == 422
    await page.post("add", words="3号楼")
    after = await office.case(case.number)
    assert after.state is CaseState.SUBMITTED
    last = (await office.store.cases.timeline(case.number))[-1]
    assert (last.kind, last.note, last.actor.kind) == (EntryKind.MOVED, "3号楼", ActorKind.RESIDENT)


async def test_what_is_far_too_long_is_told_so_and_the_page_stays(page, office):
    """It gave the page of a dead link: who had written much thought that the case was gone."""
    case = await page.filed()
    for doing in ("add", "rate"):
        status, text = await page.post(doing, grade="2", words="长" * 30_000)
        assert status == 422
        assert "一次最多写 1000 字" in text
        assert case.number in text
    assert not [each for each in await office.store.cases.timeline(case.number) if each.kind is EntryKind.ADDED]


async def test_what_could_not_be_taken_stands_in_the_form_again(page):
    await page.filed()
    _, text = await page.post("add", words="灯杆也歪了" * 201)
    assert "灯杆也歪了" * 201 in text
    await page.move("accepted", "assigned", "answered", answer="已修复")
    _, text = await page.post("rate", words="还是不亮<b>")
    assert "还是不亮&lt;b&gt;</textarea>" in text


async def test_a_new_line_is_one_character_as_the_browser_counts(page, office):
    case = await page.filed()
    words = "\r\n".join(["灯" * 99] * 10)
    assert len(words.replace("\r", "")) <= 1_000 < len(words)
    status, _ = await page.post("add", words=words)
    assert status == 200
    entries = await office.store.cases.timeline(case.number)
    assert any(entry.kind is EntryKind.ADDED and "灯\n灯" in entry.note for entry in entries)


async def test_one_link_adds_only_so_much_a_day(page, office):
    case = await page.filed()
    answers = [(await page.post("add", words=f"第{number}次"))[0] for number in range(21)]
    assert answers == [200] * 20 + [422]
    assert len(await office.store.cases.timeline(case.number)) == 21


async def test_it_works_without_script_and_tells_the_browser_to_leak_nothing(page):
    await page.filed()
    _, text = await page.get()
    assert not re.search(r"<script|\son\w+=|\sstyle=", text)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert "script-src" not in page.headers["Content-Security-Policy"]
    status, css = await page.get("/r/static/page.css")
    assert (status, "font-size: 20px" in css) == (200, True)


async def test_what_a_resident_wrote_is_never_run(page):
    evil = "<script>alert(1)</script>{{7*7}}"
    await page.filed(title=evil, content=evil)
    await page.post("add", words=evil)
    _, text = await page.get()
    assert "<script>alert" not in text
    assert "49" not in text


async def test_what_staff_sent_is_opened_from_the_page_and_nothing_else_of_the_cases_files(page, office):
    case = await page.filed()
    ids = {}
    for public in (True, False):
        given = await office.store.attachments.give(
            f"k{public}", PICTURE, kind="image", type="image/png", public=public, now=office.clock()
        )
        await office.casework.hand(case.number, given, actor=STAFF, note="请看")
        ids[public] = given.id
    _, text = await page.get()
    assert "工作人员给您发了一张图片" in text
    assert f"{page.path}/files/{ids[True]}" in text
    assert ids[False] not in text
    async with page.client.get(f"{page.path}/files/{ids[True]}") as answer:
        assert await answer.read() == PICTURE
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["Content-Disposition"].startswith("inline")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    other = await office.filed(await office.resident("oSomebody-else-00000000000002"))
    elsewhere = f"/r/{page.links.token(other, page.clock())}"
    for path in (f"{page.path}/files/{ids[False]}", f"{page.path}/files/x", f"{elsewhere}/files/{ids[True]}"):
        assert (await page.get(path))[0] == 404
    page.later = LASTS + timedelta(days=1)
    assert (await page.get(f"{page.path}/files/{ids[True]}"))[0] == 404
