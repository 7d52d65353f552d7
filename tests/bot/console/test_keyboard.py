"""The console by keyboard alone, in a real browser: from the list to a case, through a step, and back to the row."""

import re
import shutil
from collections.abc import AsyncIterator
from datetime import date

import pytest
from case_office import open_case_office
from console_client import PASSWORD
from playwright.async_api import Page, async_playwright, expect

from dialogs.faq.answers import Answer
from storage.staff import Role

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
ANSWER = Answer(
    id="cover",
    question="井盖缺失几天补上",
    variants=(),
    text="井盖缺失2小时内补上。",
    source="城市道路管理条例",
    valid_from=date(2026, 1, 1),
)


@pytest.fixture
async def office(database, vault, clock, passwords):
    async with open_case_office(database, vault, clock, passwords, answers=[ANSWER]) as made:
        yield made


@pytest.fixture
async def page(office) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = await browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page.set_default_timeout(30_000)
        expect.set_options(timeout=30_000)
        yield page
        await browser.close()


async def sign_in(page: Page, office, login: str) -> None:
    await page.goto(f"{office.console.url}/console/cases")
    await expect(page.get_by_label("账号")).to_be_focused()  # it is once the page has been drawn, after it was loaded
    await page.keyboard.type(login)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="诉求", exact=True)).to_be_visible()
    await page.wait_for_load_state("load")  # the keys work from here on


def link(page: Page, number: str):
    return page.locator(f"td.wide a[href$='{number}']")


async def fill_draft(page: Page) -> None:
    """Copy the proposed answer below what was written."""
    draft = page.locator("#answer")
    await page.locator("summary", has_text="审核并发出答复").press("Enter")
    await draft.fill("您好：")
    await page.get_by_role("link", name="填入草稿").press("Enter")
    await expect(draft).to_be_focused()
    await expect(draft).to_have_value(re.compile("您好：\n\n井盖缺失2小时内补上。"))


async def test_a_clerk_gets_along_without_a_mouse(page, office):
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if "Content Security" in said.text else None)
    older, newer = await office.file(title="井盖缺失几天补上"), await office.file(title="夜间施工扰民")
    await office.console.member("zuoxi", Role.OPERATOR)
    await sign_in(page, office, "zuoxi")

    await page.keyboard.press("j")
    await expect(link(page, newer)).to_be_focused()
    await page.keyboard.press("x")
    await expect(page.locator(f"input[value='{newer}']")).to_be_checked()
    await page.keyboard.press("j")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowDown")
    await expect(link(page, older)).to_be_focused()
    await page.keyboard.press("/")
    await page.keyboard.type("jk?")
    await expect(page.locator("input[type=search]")).to_have_value("jk?")
    await page.locator("input[type=search]").press("Escape")

    await page.reload()
    for _ in range(2):
        await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="跳到列表")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#list")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_contain_text("井盖缺失")
    await page.wait_for_load_state("load")

    note = page.get_by_label("给来信人的说明（可不填）")
    await note.focus()
    await page.keyboard.type("收到")
    await page.keyboard.press("Control+Enter")
    told = page.get_by_role("status")
    await expect(told).to_be_focused()
    await expect(told).to_contain_text("受理")

    await fill_draft(page)
    assert (await office.store.cases.get(older)).state.value == "accepted", "nothing was sent"

    await page.keyboard.press("Tab")
    await page.keyboard.press("?")
    keys = page.locator("dialog.keys")
    await expect(keys).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(keys).to_be_hidden()
    await expect(page.get_by_role("button", name="发出答复")).to_be_focused()

    await page.get_by_role("link", name="返回列表").press("Enter")
    await expect(link(page, older)).to_be_focused()
    assert problems == []


async def test_ctrl_enter_asks_what_the_button_asks(page, office):
    number = await office.file()
    await office.console.member("zuoxi", Role.OPERATOR)
    await sign_in(page, office, "zuoxi")
    asked: list[str] = []

    async def refuse(dialog) -> None:
        asked.append(dialog.message)
        await dialog.dismiss()

    page.on("dialog", refuse)
    await page.goto(f"{office.console.url}/console/cases/{number}")
    await page.locator("summary", has_text="不予受理").press("Enter")
    words = page.get_by_label("告知来信人")
    await words.press("Control+Enter")
    await expect(words).to_be_focused()
    assert ["确定不予受理" in each for each in asked] == [True]
    assert (await office.store.cases.get(number)).state.value == "submitted"
