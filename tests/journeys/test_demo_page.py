"""The demo's page in a real browser, as whoever tries the project meets it. ``--pictures DIR`` takes the manual's pictures."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from residents import NUMBER

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
UNDER_THE_HEAD = """() => {
  const [detail, move, head] = ['.detail', '.move', '.detail-head'].map((each) => document.querySelector(each));
  detail.scrollTop = move.offsetTop - detail.offsetTop - head.offsetHeight - 4;
}"""
"""Scrolls the case so that no line is cut: its head, what can be done, what was done."""
NOTE = "已核实，转区城市管理局，3个工作日内修复。"


@pytest.fixture
async def page(demo) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser: Browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = await browser.new_page(viewport=DESKTOP, locale="zh-CN", timezone_id="Asia/Shanghai")
        page.set_default_timeout(20_000)
        await page.goto(demo.sandbox_url)
        yield page
        await browser.close()


@pytest.fixture
def pictures(request, tmp_path) -> Path:
    folder = request.config.getoption("--pictures") or tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def rows(page: Page, kind: str):
    return page.locator(f"#chat .row[data-kind={kind}]")


async def test_the_example_petition_goes_to_the_staff_and_its_notice_comes_back(page, pictures):
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    await expect(page.locator("#status")).to_have_attribute("data-state", "ready")
    await page.get_by_role("button", name="点这里，发一条试试").click()
    await expect(rows(page, "passive").last).to_contain_text("请核对")
    await page.get_by_role("button", name="确认", exact=True).click()
    filed = rows(page, "passive").last
    await expect(filed).to_contain_text(re.compile(NUMBER.pattern))
    number = NUMBER.search(await filed.inner_text())[0]

    await page.get_by_role("button", name=number).click()
    await expect(page.locator(".facts")).to_contain_text("奎文区东风东街某小区")
    await page.get_by_label("办理说明").fill(NOTE)
    await page.get_by_role("button", name="已受理", exact=True).click()
    notice = rows(page, "customer_service")
    await expect(notice).to_contain_text(number)
    await expect(notice).to_contain_text(NOTE)
    await expect(page.locator(".timeline")).to_contain_text("待受理 → 已受理")
    await expect(page.locator(".timeline")).to_contain_text("客服消息，已发出")

    await expect(page.locator("body")).not_to_contain_text(re.compile("undefined|object Object|NaN"))
    assert problems == []
    await take_pictures(page, pictures)


async def take_pictures(page: Page, folder: Path) -> None:
    await page.evaluate(UNDER_THE_HEAD)
    await page.screenshot(path=folder / "demo.png")
    await page.set_viewport_size(PHONE)
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await expect(rows(page, "customer_service").last).to_be_in_viewport(ratio=0.9)
    await page.screenshot(path=folder / "phone.png")


async def hand_over(page: Page, network: str) -> None:
    await page.locator("#networks").get_by_role("button", name=network).click()


async def write(page: Page, words: str) -> None:
    await page.locator("#words").fill(words)
    await page.locator("#words").press("Enter")


async def test_a_text_message_is_answered_and_each_shows_what_it_costs(page, pictures):
    await hand_over(page, "短信")
    await page.locator("#words").fill("路" * 71)
    await expect(page.locator("#counter")).to_have_text("2 条 · 71/134 字")
    await write(page, "您好，幸福路的路灯坏了一个多月")
    own, answer = rows(page, "own").last, rows(page, "sms").last
    await expect(own.locator(".cost")).to_have_text("1 条 · 15/70 字")
    await expect(answer.locator(".bubble")).to_contain_text("【某市信访局】")
    await expect(answer.locator(".cost")).to_contain_text(re.compile(r"^[12] 条 · \d+/(70|134) 字$"))
    await expect(page.locator("#plus")).to_be_hidden()
    await page.screenshot(path=pictures / "sms.png")
    await page.set_viewport_size(PHONE)
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await expect(page.locator("#send")).to_be_in_viewport()
    await page.screenshot(path=pictures / "sms-phone.png")


async def test_on_weibo_a_mention_is_public_and_a_private_message_is_answered(page, pictures):
    button = page.locator("#networks").get_by_role("button", name="微博")
    await button.press("Enter")
    await expect(button).to_be_focused()
    await expect(button).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("#window")).to_have_text("现在不能主动发私信")
    await page.get_by_role("button", name=re.compile("^公开 @")).click()
    await write(page, "幸福路的路灯坏了")
    await expect(rows(page, "public").first).to_contain_text("@某市信访局 幸福路的路灯坏了")
    await page.get_by_role("button", name="私信", exact=True).click()
    await write(page, "你好")
    await expect(page.locator("#chat .row:not(.own)[data-kind=passive]")).not_to_have_count(0)
    await expect(page.locator("#window")).to_contain_text("可以主动发私信，到 ")
    await page.screenshot(path=pictures / "weibo.png")
    await page.set_viewport_size(PHONE)
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await expect(page.locator("#send")).to_be_in_viewport()
    await page.screenshot(path=pictures / "weibo-phone.png")
