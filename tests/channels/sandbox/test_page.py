"""The page in a real browser, against a small bot that knows one petition. Pictures go to ``SCREENSHOTS``."""

import json
import os
import shutil
import struct
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright, expect
from waiting import PATIENCE_S

from channels.sandbox import PROGRESS_TEMPLATE_ID, SmsAccount, WeiboAccount

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="chromium is not installed"),
]

DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
NUMBER = "WF261121000017"
WEIBO = WeiboAccount(app_key="1234567890", app_secret="secret", access_token="2.00token", uid="1902538057")
SMS = SmsAccount(username="bot", password="pw", number="1069001", webhook_key="key")


def lamp_picture() -> bytes:
    """A small night picture: a dark street with one weak lamp."""
    size, lamp = 160, (110, 40)

    def pixel(x: int, y: int) -> bytes:
        glow = max(0, 90 - 2 * abs(x - lamp[0]) - 2 * abs(y - lamp[1]))
        ground = 18 if y > 110 else 8
        return bytes((min(255, ground + 2 * glow), min(255, ground + 2 * glow - glow // 4), 30 + glow // 2))

    lines = b"".join(b"\0" + b"".join(pixel(x, y) for x in range(size)) for y in range(size))
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-default-browser-check",
]
SUMMARY = (
    "请核对您的诉求：\n标题：东风东街路灯不亮\n地点：奎文区东风东街某小区\n称呼：王建国 138****8000\n"
    '没问题请点：<a href="weixin://bizmsgmenu?msgmenucontent=确认提交&msgmenuid=confirm">确认提交</a>'
)
FILED = f"已登记，诉求编号 {NUMBER}，查询码 492713。办理有进展会马上通知您。"
HOSTILE = (
    "<img src=x onerror=\"document.title='hacked'\"><a href=\"javascript:document.title='hacked'\">点我</a><b>粗</b>"
)
LABELS = {
    "submitted": "待受理",
    "accepted": "已受理",
    "assigned": "已转办",
    "in_progress": "办理中",
    "refused": "不予受理",
    "needs_info": "待补充",
}
NEXT = {
    "submitted": ["accepted", "needs_info", "refused"],
    "accepted": ["assigned"],
    "assigned": ["in_progress"],
    "in_progress": [],
}
NOW = "2026-11-22T02:10:00+00:00"


@dataclass
class OfficeBot:
    """Just enough of a bot: takes a petition down, and keeps one case behind the API."""

    kit: Any
    sandbox: Any = None
    openid: str = ""
    state: str = ""
    entries: list[dict[str, Any]] = field(default_factory=list)
    names_moves: bool = True

    async def answer(self, message: Any) -> str:
        self.openid = message["FromUserName"]
        return self.kit.sealed_reply(self.kit.text_reply(message, self.words(message)))

    def words(self, message: Any) -> str:
        if message["Content"] == "标记":
            return HOSTILE
        if message["bizmsgmenuid"] == "confirm":
            self.state = "submitted"
            self.entry("filed", "", "submitted", "", kind="resident")
            return FILED
        kinds = {
            "image": "照片收到了，会和诉求一起交给工作人员。",
            "location": f"位置收到了：{message['Label']}",
            "event": "您好，这里是某市信访局。",
        }
        return kinds.get(
            message["MsgType"], SUMMARY if "路灯" in message["Content"] else "您好，请说说是什么事、在哪里。"
        )

    def entry(self, what: str, old: str, new: str, note: str, *, kind: str = "staff", public: bool = True) -> None:
        told = (
            [
                {
                    "text": f"您的诉求{LABELS[new]}",
                    "state": "sent",
                    "via": "template" if new == "assigned" else "customer_service",
                }
            ]
            if what == "moved" and public
            else []
        )
        name = {"staff": "张敏"}.get(kind, "")
        self.entries.append(
            {
                "seq": len(self.entries) + 1,
                "at": NOW,
                "kind": what,
                "from": old,
                "to": new,
                "note": note,
                "public": public,
                "actor": {"kind": kind, "name": name},
                "told": told,
            }
        )

    async def api(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer staff-token"
        path = request.path.removeprefix("/api/v1/")
        if path == "cases":
            return web.json_response({"items": [self.case()] if self.state else [], "next_cursor": None})
        if path.endswith("/timeline"):
            return web.json_response({"items": self.entries})
        return await self.move(await request.json()) if request.method == "POST" else web.json_response(self.case())

    def case(self) -> dict[str, Any]:
        moves = [{"to": to, "label": LABELS[to]} for to in NEXT[self.state]]
        case = {
            "id": NUMBER,
            "number": NUMBER,
            "state": self.state,
            "state_label": LABELS[self.state],
            "title": "东风东街路灯不亮",
            "place": {"text": "奎文区东风东街某小区", "district": "奎文区", "latitude": None, "longitude": None},
            "content": "奎文区东风东街某小区路灯坏了一个多月，晚上太黑",
            "created_at": NOW,
        }
        return {**case, "moves": moves} if self.names_moves else case

    async def move(self, data: dict[str, Any]) -> web.Response:
        lawful, old = NEXT[self.state], self.state
        if data["to"] not in lawful:
            problem = {"title": "现在不能这样办理", "detail": "请从允许的下一步中选择", "lawful": lawful}
            return web.json_response(problem, status=409, content_type="application/problem+json")
        self.state = data["to"]
        self.entry("moved", old, self.state, data["note"], public=data["public"])
        if data["public"] and self.state == "assigned":
            await self.send_card()
        elif data["public"]:
            await self.tell(f"您的诉求 {NUMBER} {LABELS[self.state]}。{data['note']}")
        return web.json_response(self.case())

    async def tell(self, text: str) -> None:
        await self.sandbox.login()
        sent = await self.sandbox.rest(
            "POST", "message/custom/send", {"touser": self.openid, "msgtype": "text", "text": {"content": text}}
        )
        assert sent["errcode"] == 0

    async def send_card(self) -> None:
        await self.sandbox.login()
        values = {
            "character_string1": NUMBER,
            "phrase2": "已转办",
            "thing3": "东风东街路灯不亮",
            "time4": "2026年11月22日 10:12",
            "thing5": "已转区城市管理局办理",
        }
        data = {key: {"value": value} for key, value in values.items()}
        card = {
            "touser": self.openid,
            "template_id": PROGRESS_TEMPLATE_ID,
            "url": "http://127.0.0.1:8080/r/token",
            "data": data,
        }
        assert (await self.sandbox.rest("POST", "message/template/send", card))["errcode"] == 0


@pytest.fixture
async def office(sandbox, bot, kit) -> OfficeBot:
    office = OfficeBot(kit, sandbox)
    bot.answering, bot.api = office.answer, office.api
    return office


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        expect.set_options(timeout=PATIENCE_S * 1000)
        yield browser
        await browser.close()


async def open_page(browser: Browser, url: str, size: dict[str, int]) -> Page:
    page = await browser.new_page(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda m: page.complaints.append(m.text) if "Content Security Policy" in m.text else None)
    await page.goto(url)
    await expect(page.locator("#status")).to_have_attribute("data-state", "ready")
    return page


async def shoot(page: Page, name: str, tmp_path: Path) -> None:
    folder = os.environ.get("SCREENSHOTS", str(tmp_path))
    await page.screenshot(path=f"{folder}/{name}.png")


def rows(page: Page, kind: str):
    return page.locator(f"#chat .row[data-kind={kind}]")


async def file_a_petition(page: Page) -> None:
    await page.get_by_role("button", name="点这里，发一条试试").click()
    await page.get_by_role("button", name="确认提交").click()
    await expect(rows(page, "passive").last).to_contain_text(NUMBER)


async def test_a_petition_goes_from_the_hint_to_the_staff_and_back(sandbox, office, browser, tmp_path):
    page = await open_page(browser, sandbox.url, DESKTOP)
    await expect(page.locator("#chat-title")).to_have_text("某市信访局")
    await expect(page.locator("#cases-note")).to_contain_text("还没有诉求")
    await shoot(page, "sandbox-first-visit", tmp_path)

    await page.get_by_role("button", name="点这里，发一条试试").click()
    await expect(rows(page, "passive").first).to_contain_text("被动回复")
    await page.get_by_role("button", name="确认提交").click()
    await expect(rows(page, "own").last).to_contain_text("确认提交")
    await expect(rows(page, "passive").last).to_contain_text(NUMBER)

    await page.get_by_role("button", name=NUMBER).click()
    await expect(page.locator(".facts")).to_contain_text("奎文区东风东街某小区")
    await expect(page.locator(".facts")).not_to_contain_text("object")
    await page.get_by_label("办理说明").fill("已核实，转区城市管理局修复")
    await page.get_by_role("button", name="已受理", exact=True).click()
    await expect(rows(page, "customer_service")).to_contain_text("已核实，转区城市管理局修复")
    await expect(page.locator(".said")).to_contain_text("正在告知来信人")
    await expect(page.locator(".timeline")).to_contain_text("待受理 → 已受理")
    await page.get_by_role("button", name="已转办", exact=True).click()
    card = rows(page, "template")
    await expect(card).to_contain_text("模板通知")
    await expect(card.get_by_role("link", name="查看详情")).to_have_attribute("rel", "noopener noreferrer")
    await shoot(page, "sandbox-desktop", tmp_path)
    assert page.complaints == []


async def test_a_note_for_the_inside_stays_inside(sandbox, office, browser):
    page = await open_page(browser, sandbox.url, DESKTOP)
    await file_a_petition(page)
    await page.get_by_role("button", name=NUMBER).click()
    await page.get_by_label("告知来信人").uncheck()
    await page.get_by_role("button", name="已受理", exact=True).click()

    await expect(page.locator(".said")).to_contain_text("只在内部记录")
    await expect(page.locator(".timeline")).to_contain_text("仅内部")
    await expect(rows(page, "customer_service")).to_have_count(0)


async def test_markup_in_a_message_is_shown_and_does_nothing(sandbox, office, browser):
    page = await open_page(browser, sandbox.url, DESKTOP)
    await page.get_by_label("输入消息").fill("标记")
    await page.keyboard.press("Enter")

    await expect(rows(page, "passive").locator(".bubble")).to_have_text(HOSTILE)
    assert await rows(page, "passive").locator(".bubble *").count() == 0
    assert await page.title() == "某市信访局 · 本地试用"


async def test_where_the_api_names_no_moves_a_refusal_does(sandbox, office, browser):
    office.names_moves = False
    page = await open_page(browser, sandbox.url, DESKTOP)
    await file_a_petition(page)
    await page.get_by_role("button", name=NUMBER).click()
    await page.get_by_role("button", name="已办结").click()

    await expect(page.locator(".said")).to_contain_text("现在不能这样办理")
    await expect(page.locator(".moves button")).to_have_text(["已受理", "待补充", "不予受理"])


async def test_typing_pictures_places_and_leaving(sandbox, office, browser, tmp_path):
    page = await open_page(browser, sandbox.url, PHONE)
    await shoot(page, "sandbox-phone-first", tmp_path)
    await page.get_by_label("输入消息").fill("你好")
    await page.keyboard.press("Enter")
    await expect(rows(page, "passive")).to_contain_text("请说说是什么事")

    await page.get_by_label("更多：图片、位置、语音").click()
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="图片", exact=True).click()
    await (await chooser.value).set_files({"name": "灯.png", "mimeType": "image/png", "buffer": lamp_picture()})
    await expect(rows(page, "passive").last).to_contain_text("照片收到了")
    await page.wait_for_function("document.querySelector('#chat img').naturalWidth === 160")

    await page.get_by_label("更多：图片、位置、语音").click()
    await shoot(page, "sandbox-phone-tools", tmp_path)
    await page.get_by_role("button", name="位置", exact=True).click()
    await shoot(page, "sandbox-phone-places", tmp_path)
    await page.get_by_role("button", name="奎文区世纪泰华广场").click()
    await expect(rows(page, "passive").last).to_contain_text("位置收到了：奎文区世纪泰华广场")

    await page.get_by_label("关注或取消关注").click()
    await page.get_by_role("menuitem", name="取消关注").click()
    await expect(page.locator("#chat")).to_contain_text("你已取消关注某市信访局")
    await expect(page.locator("#composer")).to_be_hidden()
    await expect(page.locator("#chat .line").last).to_be_in_viewport(ratio=1)
    await shoot(page, "sandbox-phone-left", tmp_path)
    await page.get_by_role("button", name="关注公众号").click()
    await expect(rows(page, "passive").last).to_contain_text("这里是某市信访局")
    await shoot(page, "sandbox-phone", tmp_path)
    assert page.complaints == []


async def test_on_a_narrow_screen_the_staff_have_a_tab_and_news_are_marked(sandbox, office, browser, tmp_path):
    page = await open_page(browser, sandbox.url, PHONE)
    await file_a_petition(page)
    await expect(page.locator(".tabs .dot").last).to_have_text("1")
    await page.locator(".tabs").get_by_role("button", name="工作人员").click()
    await shoot(page, "sandbox-phone-cases", tmp_path)
    await page.get_by_role("button", name=NUMBER).click()
    await page.get_by_role("button", name="已受理", exact=True).click()

    await expect(page.locator(".tabs .dot").first).to_have_text("1")
    await shoot(page, "sandbox-phone-staff", tmp_path)
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_residents_are_apart_and_unread_messages_counted(sandbox, office, browser):
    page = await open_page(browser, sandbox.url, DESKTOP)
    await file_a_petition(page)
    await page.get_by_role("button", name="李师傅").click()
    await expect(rows(page, "own")).to_have_count(0)
    await office.tell("张师傅今天去修")

    await page.get_by_role("button", name="王阿姨，1 条未读").click()
    await expect(rows(page, "customer_service")).to_contain_text("张师傅今天去修")


async def test_a_bot_that_fails_is_told_plainly_and_faults_can_be_arranged(sandbox, office, bot, browser, tmp_path):
    page = await open_page(browser, sandbox.url, DESKTOP)

    async def broken(_):
        return web.Response(status=500)

    bot.answering = broken
    await page.get_by_label("输入消息").fill("在吗")
    await page.get_by_role("button", name="发送", exact=True).click()
    await expect(page.locator("#chat .line.bad")).to_contain_text("该公众号暂时无法提供服务，请稍后再试")
    await expect(rows(page, "own")).to_contain_text("对方未能接收")

    await page.get_by_role("button", name="平台故障").click()
    await page.get_by_label("影响接下来几次").fill("2")
    await page.get_by_role("button", name="安排故障").click()
    await expect(page.locator("#fault-list")).to_contain_text("发客服消息：返回 45047，还有 2 次")
    await page.get_by_role("button", name="快进 48 小时").click()
    await expect(page.locator("#clock-said")).to_contain_text("快了 48")
    await shoot(page, "sandbox-faults", tmp_path)
    assert json.loads(await page.evaluate("fetch('/_ctl/faults').then(r => r.text())"))["items"][0]["times"] == 2


async def test_each_phone_has_the_trouble_of_its_own_platform(settings, bot, open_sandbox, browser, tmp_path):
    sandbox = await open_sandbox(replace(settings, bot_url=bot.url, weibo=WEIBO, sms=SMS))
    page = await open_page(browser, sandbox.url, DESKTOP)
    for network, path, kind, said in (
        ("短信", "发短信", "断开连接（其实办成了）", "发短信：断开连接（其实办成了），还有 1 次"),
        ("短信", "居民发来的消息", "顺序颠倒，排到下一条后面", "居民发来的消息：顺序颠倒，排到下一条后面，还有 1 次"),
        ("微博", "发私信", "返回错误码", "发私信：返回 20301，还有 1 次"),
        ("微信", "居民发来的消息", "服务的应答丢了，再送一次", "居民发来的消息：服务的应答丢了，再送一次，还有 1 次"),
    ):
        await page.locator("#networks").get_by_role("button", name=network).click()
        await page.get_by_role("button", name="平台故障").click()
        await expect(page.locator("#fault-network")).to_have_text(network)
        await page.get_by_label("哪里出故障").select_option(label=path)
        await page.get_by_label("什么故障").select_option(label=kind)
        await page.get_by_role("button", name="安排故障").click()
        await expect(page.locator("#fault-list")).to_contain_text(said)
        if network == "短信":
            await page.get_by_label("回执什么时候来").select_option(label="先压着，等我放行")
            await page.get_by_role("button", name="保存", exact=True).click()
            await page.get_by_role("button", name="倒着放行").click()
            await expect(page.locator("#receipt-said")).to_have_text("没有压着的回执")
            await page.get_by_role("button", name="运营商中断").click()
            await expect(page.get_by_role("button", name="恢复运营商")).to_have_attribute("aria-pressed", "true")
            assert (await sandbox.ctl("GET", "/sms/status"))["receipts"]["hold"] is True
            await page.get_by_role("button", name="恢复运营商").click()
        if network == "微博":
            await expect(page.locator("#fault-meaning")).to_have_text("对方没有关注，收不到私信")
            await page.get_by_role("button", name="让授权过期").click()
            await expect(page.locator("#token-said")).to_contain_text("授权已过期")
        await shoot(page, f"sandbox-faults-{network}", tmp_path)
        await page.keyboard.press("Escape")


async def test_a_code_is_scanned_with_the_keyboard_alone(sandbox, office, bot, browser, tmp_path):
    page = await open_page(browser, sandbox.url, PHONE)
    await page.get_by_role("button", name="更多").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="扫一扫").focus()
    await shoot(page, "sandbox-phone-tools", tmp_path)
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="阳光花园小区").focus()
    await shoot(page, "sandbox-phone-scan", tmp_path)
    await page.keyboard.press("Enter")
    await bot.pushed(1)
    scanned = bot.pushes[-1]
    assert (scanned["Event"], scanned["EventKey"]) == ("SCAN", "at:奎文区@阳光花园小区")
    await expect(page.locator("#codes")).to_be_hidden()


async def test_a_page_without_its_bot_waits_and_says_so(settings, open_sandbox, browser, tmp_path):
    sandbox = await open_sandbox(replace(settings, bot_url="http://127.0.0.1:9"))
    page = await browser.new_page(viewport=DESKTOP, locale="zh-CN")
    await page.goto(sandbox.url)

    await expect(page.locator("#status")).to_contain_text("正在等待服务启动…")
    await expect(page.locator("#cases-note")).to_contain_text("正在等待服务启动…")
    await page.get_by_label("输入消息").fill("你好")
    await page.keyboard.press("Enter")
    await expect(page.locator("#oops")).to_contain_text("正在等待服务启动…")
    await expect(page.get_by_label("输入消息")).to_have_value("你好")
    await shoot(page, "sandbox-waiting", tmp_path)
