"""The counter: what people bring in person, by letter or by telephone, taken down in the console."""

import html
import io
import re
import shutil
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import FormData
from case_office import open_case_office
from playwright.async_api import async_playwright, expect
from stage import Platform

from bot.casework.by_hand import Texting
from bot.casework.service import Casework
from bot.chance import SecureChance
from bot.clocks.calendar import WorkCalendar
from bot.clocks.reckoning import due_at
from bot.console.counter import CounterParts, counter_feature
from bot.media.fetching import Limits
from channels.base import Capabilities
from channels.messages import Via
from dialogs.files import DialogFiles
from dialogs.nlu.categories import Categories
from storage.clocks import Light, Limit, TimeUnit
from storage.staff import Role

MATTER = "东风东街幸福里小区3号楼门口的路灯坏了一个多月，晚上老人出门摔跤，要求尽快修好。"
FORM = {
    "how": "visit",
    "content": MATTER,
    "place": "奎文区东风东街幸福里小区3号楼",
    "name": "王建国",
    "phone": "138 0013 8000",
    "texts": "on",
}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 2_000
SMS = Platform(
    capabilities=Capabilities(
        passive=False, answer_within=0, ways=(Via.SMS,), text_limit=134, text_unit="utf16", segments=lambda _text: 1
    )
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
async def office(database, vault, clock, passwords):
    """The counter beside the pages of the cases, with an account that texts."""
    channels: Any = {("sms", "main"): SMS}
    kicked: list[str] = []

    async def kick(ids):
        kicked.extend(ids)

    def further(store):
        casework = Casework(store=store, clock=clock, chance=SecureChance(), office="某市信访局", kick=kick)
        parts = CounterParts(
            store=store,
            casework=casework,
            texting=Texting(store=store, channels=channels, clock=clock),
            clock=clock,
            categories=("城乡建设/路灯照明",),
            knows=lambda: Categories.load(DialogFiles().categories),
            limits=Limits(largest={"image": 1}, daily=20),
        )
        return (counter_feature(parts),)

    async with open_case_office(database, vault, clock, passwords, further=further) as made:
        yield SimpleNamespace(console=made.console, store=made.store, kicked=kicked)


def field(page, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', page.text)
    assert found, f"no {name} on the page"
    return html.unescape(found[1])


def seen(page) -> list[tuple[str, str]]:
    return [("seen", html.unescape(each)) for each in re.findall(r'name="seen" value="([^"]*)"', page.text)]


async def opened(browser) -> str:
    return field(await browser.get("/counter"), "key")


def number_of(page) -> str:
    found = re.search(r"WF\d{12}", page.text)
    assert found
    return found.group()


def form_of(fields, *files: tuple[str, bytes]) -> FormData:
    form = FormData()
    for name, value in fields:
        form.add_field(name, value)
    for name, content in files:
        form.add_field("files", io.BytesIO(content), filename=name)
    return form


async def test_the_clocks_of_a_letter_count_from_the_day_it_came(office):
    zuoxi = await office.console.signed_in("zuoxi", Role.OPERATOR)
    sent = {**FORM, "how": "letter", "received": "2026-11-20", "key": await opened(zuoxi)}
    receipt = await zuoxi.post("/counter", sent)
    assert receipt.says("收到日期 2026年11月20日"), receipt.text
    case = await office.store.cases.get(number_of(receipt))
    assert case.created_at.date().isoformat() == "2026-11-23"
    [clock] = case.clocks
    by_law = due_at(datetime(2026, 11, 20, 4, tzinfo=UTC), [clock.limit], (), WorkCalendar())
    assert (clock.limit, clock.due_at) == (Limit(amount=15, unit=TimeUnit.DAYS), by_law)
    assert (await zuoxi.get(f"/cases/{case.number}")).says("2026年11月20日收到")
    [filed] = [line for line in await office.store.audit.newest(20) if line.action == "case.filed"]
    assert filed.details["received"] == "2026年11月20日"


def corrected(case, **given: str) -> dict[str, str]:
    """What the form 更正 sends."""
    kept = {name: getattr(case, name) for name in ("title", "type", "category", "district", "place", "urgency")}
    return kept | given


async def test_the_day_on_which_a_letter_came_is_corrected_and_its_limit_with_it(office):
    zuoxi = await office.console.signed_in("zuoxi", Role.OPERATOR)
    sent = {**FORM, "how": "letter", "received": "2026-11-12", "key": await opened(zuoxi)}
    receipt = await zuoxi.post("/counter", sent)
    number = number_of(receipt)
    case = await office.store.cases.get(number)
    assert 'name="received" value="2026-11-12"' in (await zuoxi.get(f"/cases/{number}")).text
    page = await zuoxi.post(f"/cases/{number}/correct", corrected(case, received="2026-11-20"))
    assert page.says("收到日期：2026年11月12日 → 2026年11月20日"), page.text
    [clock] = (await office.store.cases.get(number)).clocks
    by_law = due_at(datetime(2026, 11, 20, 4, tzinfo=UTC), [clock.limit], (), WorkCalendar())
    assert clock.due_at == by_law
    # That it came on the day it was taken down, once the limit was met.
    await zuoxi.post(f"/cases/{number}/accept", {})
    page = await zuoxi.post(f"/cases/{number}/correct", corrected(case, received="2026-11-23"))
    assert page.says("收到日期：2026年11月20日 → 登记当天")
    after = await office.store.cases.get(number)
    assert (after.received_at, after.clocks[0].started_at) == (None, case.created_at)
    for received, sentence in (
        ("2026-11-24", "收到日期不能晚于登记的那天"),
        ("2025-01-02", "收到日期不能早于登记前一年"),
        ("昨天", "收到日期请填日期"),
    ):
        page = await zuoxi.post(f"/cases/{number}/correct", corrected(case, received=received))
        assert (page.status, page.says(sentence)) == (422, True)
    assert (await office.store.cases.get(number)).clocks == after.clocks


async def test_what_is_no_letter_came_on_the_day_it_was_taken_down(office):
    zuoxi = await office.console.signed_in("zuoxi", Role.OPERATOR)
    receipt = await zuoxi.post("/counter", {**FORM, "how": "call", "key": await opened(zuoxi)})
    case = await office.store.cases.get(number_of(receipt))
    assert 'name="received"' not in (await zuoxi.get(f"/cases/{case.number}")).text
    page = await zuoxi.post(f"/cases/{case.number}/correct", corrected(case, received="2026-11-20"))
    assert page.says("没有改动")


@pytest.mark.parametrize(
    ("how", "received", "sentence"),
    [
        ("letter", "2026-11-24", "收到日期不能在今天以后"),
        ("letter", "2024-11-20", "收到日期不能早于一年以前"),
        ("letter", "昨天", "请填日期"),
        ("visit", "2026-11-20", "只有来信填收到日期"),
    ],
)
async def test_a_day_on_which_no_letter_can_have_come_is_refused(office, how, received, sentence):
    zuoxi = await office.console.signed_in("zuoxi", Role.OPERATOR)
    page = await zuoxi.post("/counter", {**FORM, "how": how, "received": received, "key": await opened(zuoxi)})
    assert (page.status, page.says(sentence)) == (422, True)
    assert field(page, "received") == received


async def test_a_letter_that_lay_past_the_time_to_answer_is_pointed_out_first_and_red_at_once(office, clock):
    zuoxi = await office.console.signed_in("zuoxi", Role.OPERATOR)
    sent = {**FORM, "how": "letter", "received": "2026-11-02", "key": await opened(zuoxi)}
    asked = await zuoxi.post("/counter", sent)
    assert asked.says("信收到已经 21 天，过了 15 日的告知期限")
    receipt = await zuoxi.post("/counter", [*sent.items(), *seen(asked)])
    case = await office.store.cases.get(number_of(receipt))
    assert case.clocks[0].light(clock()) is Light.RED
    today = {
        **FORM,
        "how": "letter",
        "received": "2026-11-23",
        "key": await opened(zuoxi),
        "content": f"{MATTER}另一件。",
    }
    again = await zuoxi.post("/counter", today)
    filed = await zuoxi.post("/counter", [*today.items(), *seen(again)]) if seen(again) else again
    assert (await office.store.cases.get(number_of(filed))).received_at is None


async def test_what_somebody_says_at_the_counter_becomes_a_case_with_a_receipt(office):
    zuoxi = await office.console.signed_in("zuoxi", Role.OPERATOR)
    sent = {**FORM, "key": await opened(zuoxi), "behalf": "母亲李桂兰", "id_number": "11010519491231002x"}
    receipt = await zuoxi.post("/counter", sent)
    assert receipt.path.startswith("/console/counter/receipt?r="), receipt.text
    case = await office.store.cases.get(number_of(receipt))
    assert (case.source.channel, case.content, case.filer.name) == ("visit", MATTER, "王建国")
    assert (case.filer.phone, case.filer.id_number) == ("13800138000", "11010519491231002X")
    assert (case.filer.on_behalf_of, case.type, case.district) == ("母亲李桂兰", "求助", "奎文区")
    assert "路灯" in case.title
    assert case.category.startswith("城乡建设/")
    code = re.search(r"<b>(\d{6})</b>", receipt.text)[1]
    assert await office.store.cases.check_code(case.number, code, asker="t", now=office.console.clock())
    [told] = await office.store.outbox.for_case(case.number)
    assert office.kicked == [told.id]
    assert (told.address.channel, told.address.sender) == ("sms", "13800138000")
    assert case.number in told.text
    assert code in told.text
    again = await zuoxi.post("/counter", sent)
    assert (number_of(again), code in again.text) == (case.number, True), "a form sent twice is one case"
    assert len((await office.store.cases.list(_all(), 10)).items) == 1
    [line] = [each for each in await office.store.audit.newest(9) if each.action == "case.filed"]
    assert (line.target, line.details["how"]) == (case.number, "来访")
    colleague = await office.console.signed_in("zuoxi2", Role.OPERATOR)
    assert (await colleague.get(receipt.path.removeprefix("/console"))).status == 404
    listed = await zuoxi.get("/cases?channel=visit")
    assert listed.says("来访")
    other = await zuoxi.post("/counter", {**sent, "content": MATTER + "另外下水道也堵了。"})
    assert other.status == 422
    assert other.says(f"已经登记为 {case.number}")
    assert field(other, "key") != sent["key"]


def _all():
    from storage.cases import CaseFilter

    return CaseFilter()


async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(office):
    zuoxi = await office.console.signed_in("zuoxi", Role.OPERATOR)
    wrong = {
        **FORM,
        "key": await opened(zuoxi),
        "phone": "8123",
        "id_number": "110105194912310021",
        "name": "王建国 13900139000",
        "type": "要紧",
    }
    page = await zuoxi.post(
        "/counter", form_of(wrong.items(), ("letter.png", PNG), ("form.docx", b"PK\x03\x04 office"))
    )
    assert page.status == 422
    for words in ("不像电话号码", "身份证号不对", "姓名里有号码", "请重新选择", "“form.docx”不能保存"):
        assert page.says(words), words
    assert 'id="wrong-phone"' in page.text
    assert MATTER in page.text
    assert field(page, "phone") == "8123"
    assert page.says("图片（1 KB）"), "what could be kept is not asked for again"
    large = await zuoxi.post("/counter", form_of(FORM.items(), ("large.png", PNG + b"0" * 1024 * 1024)))
    assert large.says("最多 1 MB")
    inside = await zuoxi.post("/counter", {**FORM, "content": "我身份证号是11010519491231002X，路灯坏了"})
    assert inside.says("内容里有身份证号")

    right = [*{**FORM, "key": field(page, "key")}.items(), ("kept", field(page, "kept")), *seen(page)]
    receipt = await zuoxi.post("/counter", form_of(right))
    [file] = await office.store.attachments.of_case(number_of(receipt))
    assert (file.kind, file.size, file.public) == ("image", len(PNG), False)
    stolen = await zuoxi.post("/counter", form_of([*FORM.items(), ("key", await opened(zuoxi)), ("kept", file.id)]))
    assert stolen.says("附件已过期"), "a case's file goes with no other"


async def test_doubts_and_duplicates_are_shown_once_before_anything_is_filed(office):
    zuoxi = await office.console.signed_in("zuoxi", Role.OPERATOR)
    first = number_of(await zuoxi.post("/counter", {**FORM, "key": await opened(zuoxi)}))
    same = {**FORM, "key": await opened(zuoxi), "how": "call"}
    page = await zuoxi.post("/counter", same)
    assert page.status == 200
    assert page.says("同一个电话")
    joined = await zuoxi.post("/counter", [*same.items(), *seen(page), ("join", first)])
    assert joined.path == f"/console/cases/{first}"
    assert (await office.store.cases.timeline(first))[-1].note.startswith("来电补充（王建国）：东风东街")

    neighbour = {
        **FORM,
        "key": same["key"],
        "name": "赵敏",
        "phone": "13900139000",
        "content": MATTER + "好几户都说了。",
    }
    alike = await zuoxi.post("/counter", neighbour)
    assert alike.says("内容相近")
    assert number_of(await zuoxi.post("/counter", [*neighbour.items(), *seen(alike)])) != first

    vague = {"how": "letter", "content": "你们好", "key": await opened(zuoxi), "place": "奎文区"}
    doubted = await zuoxi.post("/counter", vague)
    for words in ("看不出是什么事", "只写到区县", "没有留电话"):
        assert doubted.says(words), words
    burning = await zuoxi.post(
        "/counter", [*{**vague, "content": "楼里着火了有人困在里面快救人"}.items(), *seen(doubted)]
    )
    assert burning.says("119"), "what is new is shown, though other doubts were seen"
    accused = await zuoxi.post(
        "/counter", {**FORM, "key": vague["key"], "content": "举报村主任张某贪污征地补偿款20万元"}
    )
    assert accused.says("请勾选“检举控告”")


async def test_who_may_take_down_what(office):
    zuoxi = await office.console.signed_in("zuoxi", Role.OPERATOR)
    jijian = await office.console.signed_in("jijian", Role.DISCIPLINE)
    kuiwen = await office.console.signed_in("kuiwen", Role.OPERATOR, unit="kw")
    handler = await office.console.signed_in("chengban", Role.HANDLER, unit="cg")
    assert (await handler.get("/counter")).status == 403
    accusation = {**FORM, "content": "举报村主任张某贪污征地补偿款20万元", "accusation": "on", "texts": ""}
    receipt = await zuoxi.post("/counter", {**accusation, "key": await opened(zuoxi)})
    number = number_of(receipt)
    case = await office.store.cases.get(number)
    assert (case.accusation, case.confidential, case.type) == (True, True, "举报")
    assert "张某" not in case.title + receipt.text
    assert (await zuoxi.get(f"/cases/{number}")).status == 404
    assert (await jijian.get(f"/cases/{number}")).status == 200
    own = await jijian.post("/counter", {**accusation, "accusation": "", "key": await opened(jijian)})
    assert (await office.store.cases.get(number_of(own))).accusation
    common = number_of(await kuiwen.post("/counter", {**FORM, "key": await opened(kuiwen)}))
    assert (await office.store.cases.get(common)).desk == "kw"
    assert (await kuiwen.get(f"/cases/{common}")).status == 200


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
async def test_a_clerk_takes_a_visit_down_by_keyboard_alone(office, tmp_path):
    await office.console.member("zuoxi", Role.OPERATOR)
    (tmp_path / "letter.png").write_bytes(PNG)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = await browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page.set_default_timeout(30_000)
        expect.set_options(timeout=30_000)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto(f"{office.console.url}/console/counter")
        await expect(page.get_by_label("账号")).to_be_focused()
        await page.keyboard.type("zuoxi")
        await page.keyboard.press("Tab")
        await page.keyboard.type("long enough 8")
        await page.keyboard.press("Enter")
        content = page.get_by_label("反映的事")
        await expect(content).to_be_focused()
        await page.keyboard.type(MATTER)
        await page.keyboard.press("Tab")
        await page.keyboard.type("奎文区东风东街幸福里小区")
        await page.keyboard.press("Tab")
        await page.keyboard.type("王建国")
        await page.keyboard.press("Tab")
        await page.keyboard.type("1380013800")
        await page.get_by_label("附件").set_input_files(tmp_path / "letter.png")
        await page.get_by_label("电话", exact=True).press("Enter")
        phone = page.get_by_label(re.compile("^电话"))
        await expect(phone).to_have_attribute("aria-invalid", "true")
        await page.wait_for_load_state("load")
        await expect(phone).to_be_focused()
        await expect(content).to_have_value(MATTER)
        await page.keyboard.press("End")
        await page.keyboard.type("0")
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_role("heading", name="登记回执")).to_be_visible()
        await page.reload()
        await expect(page.get_by_text("138****8000")).to_be_visible()
        await page.get_by_role("link", name="打开这一件").press("Enter")
        await expect(page.get_by_role("heading", name="附件")).to_be_visible()
        assert problems == []
        await browser.close()
