"""A conversation in a real browser: canned replies by the keys, and a window that opens while one looks."""

import shutil
from collections.abc import AsyncIterator

import pytest
from console_client import PASSWORD, UNITS, Console
from playwright.async_api import Page, async_playwright, expect
from stage import PERSON, Platform, Stage, now
from waiting import PATIENCE_S

from bot.casework.attending import Attending
from bot.casework.service import Casework
from bot.chance import SecureChance
from bot.console.conversations import ConversationParts, Live, conversations_feature
from bot.console.conversations.canned import SHIPPED
from channels.base import Capabilities
from channels.messages import Via
from dialogs.files import DialogFiles
from dialogs.nlu.categories import Categories
from storage.staff import Role
from storage.store import Store

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WECHAT = Capabilities(passive=True, answer_within=4.5, ways=(Via.CUSTOMER_SERVICE,), text_limit=2048, text_unit="bytes")
CHANNELS = {("wechat", "main"): Platform(capabilities=WECHAT)}


class Talk:
    """Somebody who writes, and the console."""

    def __init__(self, stage: Stage, console: Console) -> None:
        self.stage = stage
        self.console = console
        self.id = ""

    async def says(self, text: str) -> None:
        process = self.stage.process(channels=CHANNELS)
        arrived = await self.stage.keep(text, address=PERSON)
        self.id = arrived.conversation_id
        process.turns.start(arrived)
        await process.turns.drain(PATIENCE_S)


@pytest.fixture
async def talk(database, vault, servers, passwords) -> AsyncIterator[Talk]:
    stage = Stage(await Store.open(database, vault), servers.redis_url)
    await stage.store.units.put(UNITS)

    async def kick(_ids):
        return None

    live = Live(store=stage.store, clock=now, every_s=0.05)
    parts = ConversationParts(
        store=stage.store,
        attending=Attending(store=stage.store, channels=CHANNELS, clock=now, kick=kick),
        casework=Casework(store=stage.store, clock=now, chance=SecureChance(), office="某市信访局", kick=kick),
        live=live,
        clock=now,
        channels=frozenset({"wechat"}),
        categories=("城乡建设/路灯照明",),
        canned=SHIPPED,
        knows=lambda: Categories.load(DialogFiles().categories),
    )
    console = Console(stage.store, now, passwords, features=(conversations_feature(parts),))
    await console.start()
    yield Talk(stage, console)
    await live.close()
    await console.stop()
    await stage.close()


@pytest.fixture
async def page(talk) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = await browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page.set_default_timeout(30_000)
        expect.set_options(timeout=30_000)
        await talk.says("路灯坏了，我要找人工")
        await talk.console.member("zuoxi", Role.OPERATOR)
        await page.goto(f"{talk.console.url}/console/conversations/{talk.id}")
        await page.get_by_label("账号").fill("zuoxi")
        await page.get_by_label("密码").fill(PASSWORD)
        await page.get_by_role("button", name="登录").click()
        await page.goto(f"{talk.console.url}/console/conversations/{talk.id}")
        await page.get_by_role("button", name="接入").click()
        yield page
        await browser.close()


async def test_each_canned_reply_is_chosen_by_the_keys(page):
    """The first press of an arrow put the first of them into the reply: no other could be had without a mouse."""
    canned, reply = page.get_by_label("常用语"), page.get_by_label("回复")
    await canned.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(canned).to_be_focused()
    await expect(reply).to_have_value("")
    await page.keyboard.press("Enter")
    await expect(reply).to_have_value(SHIPPED[1])
    await expect(reply).to_be_focused()
    await canned.select_option(SHIPPED[0])
    await expect(reply).to_have_value(SHIPPED[1])  # nobody pressed Enter
    await canned.dispatch_event("pointerdown")
    await canned.select_option(SHIPPED[2])
    await expect(reply).to_have_value(SHIPPED[1] + SHIPPED[2])


async def test_a_reply_can_be_written_as_soon_as_the_other_side_writes_again(page, talk):
    """The box stayed shut, below the new message, until the page was loaded anew."""
    reply = page.get_by_label("回复")
    await talk.stage.store.conversations.close_window(talk.id)
    await page.reload()
    await expect(reply).to_be_disabled()
    await expect(page.locator("#window")).to_contain_text("现在发不出去")
    await talk.says("还在吗")
    await expect(reply).to_be_enabled()
    await expect(page.get_by_role("button", name="发送")).to_be_enabled()
    await expect(page.locator("#window")).to_contain_text("可以发送")
