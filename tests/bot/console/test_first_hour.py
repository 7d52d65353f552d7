"""A clerk's first hour, step by step as docs/staff-guide.md says it, in a real browser.

``--pictures DIR`` takes the guide's pictures. Without it each page only has to hold what the guide says of it.
"""

import os
import re
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from console_client import PASSWORD, Clock
from first_hour import FirstHour, first_hour
from playwright.async_api import Locator, Page, async_playwright, expect
from small_png import small

from bot.access.members import By
from storage.staff import Role

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--lang=zh-CN",
]
CHINESE = {"LANGUAGE": "zh_CN", "LANG": "zh_CN.UTF-8"}
SIZE = {"width": 1366, "height": 768}
DOCS = Path(__file__).parents[3] / "docs"
GUIDE = "".join((DOCS / name).read_text("utf-8") for name in ("staff-guide.md", "notices.md"))
MORNING = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
"""A Monday, half past nine in China."""
TO_THE_TOP = "(it) => { document.activeElement.blur(); scrollTo(0, it.getBoundingClientRect().top + scrollY - 90); }"
OTHERS_TAGS = """() => {
  const known = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    walk.currentNode.data = walk.currentNode.data.replace(/用户 ([a-z2-7]{6})/g, (_, tag) => {
      if (!known.includes(tag)) known.push(tag);
      return `用户 k7m2q${'abcdefgh'[known.indexOf(tag)]}`;
    });
  }
}"""
"""Who is not known by name has a tag, another one in each office: in the pictures always the same."""
PATIENCE_MS = 30_000
DRAFT = (
    "您好！您反映的幸福里小区北门路灯不亮，我局11月23日到现场查看，是电缆被挖断，当天已修好，共恢复路灯6盏。"
    "如仍有问题，请拨打市城管局电话0536-8888888，联系人刘工。"
)


@pytest.fixture
async def office(database, vault, servers, passwords, tmp_path, monkeypatch) -> AsyncIterator[FirstHour]:  # noqa: PLR0917 - all of them fixtures
    clock = Clock(MORNING)
    monkeypatch.setattr("stage.now", clock)
    made = first_hour(database, vault, redis_url=servers.redis_url, clock=clock, passwords=passwords, folder=tmp_path)
    async with made as opened:
        yield opened


class Desk:
    """Somebody of the office at a browser of their own, the guide in hand."""

    def __init__(self, page: Page, office: FirstHour, pictures: Path | None) -> None:
        self.page = page
        self.office = office
        self.pictures = pictures
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("dialog", self._yes)

    @staticmethod
    async def _yes(dialog) -> None:
        await dialog.accept()

    async def enter(self, login: str, password: str = PASSWORD) -> None:
        await self.page.goto(f"{self.office.url}/")
        await self.page.get_by_label("账号").fill(login)
        await self.page.get_by_label("密码").fill(password)
        await self.press("登录")

    async def open(self, tab: str) -> None:
        """Go to a page of the menu."""
        named(tab)
        await self.page.get_by_role("navigation", name="主菜单").get_by_role("link", name=tab, exact=True).click()
        await expect(self.page.get_by_role("heading", level=1)).to_contain_text(tab)
        await self.page.wait_for_load_state("load")

    async def press(self, name: str, within: Locator | None = None) -> None:
        """Press what the guide calls ``name``."""
        named(name)
        await (within or self.page).get_by_role("button", name=name, exact=True).click()
        await self.page.wait_for_load_state("load")

    async def unfold(self, name: str) -> Locator:
        """Open a step of the case, if it is not open; give it."""
        step = self.page.locator("details", has=self.page.locator("summary", has_text=re.compile(f"^{name}$")))
        if await step.get_attribute("open") is None:
            await step.locator("summary").first.click()
        return step

    async def says(self, *words: str) -> None:
        for each in words:
            await expect(self.page.locator("body")).to_contain_text(each)

    async def picture(self, name: str, *, of: Locator | None = None, height: int = SIZE["height"]) -> None:
        """The page, or what stands around ``of``: nothing is wrong, the guide shows it; take it where it is wanted."""
        assert f"images/staff/{name}.png" in GUIDE
        await expect(self.page.locator("body")).not_to_contain_text(re.compile("undefined|object Object|NaN|None"))
        assert await self.page.evaluate("document.documentElement.scrollWidth") <= SIZE["width"]
        if self.pictures is not None:
            await self.page.set_viewport_size({**SIZE, "height": height})
            await self.page.evaluate(OTHERS_TAGS)
            await (of or self.page.locator("body")).evaluate(TO_THE_TOP)
            png = await self.page.screenshot(animations="disabled", caret="hide")
            blank = await self.page.context.new_page()
            (self.pictures / f"{name}.png").write_bytes(await small(blank, png))
            await blank.close()
            await self.page.set_viewport_size(SIZE)


def named(name: str) -> None:
    """The guide knows it by this name."""
    assert re.search(rf"[“*]{re.escape(name)}[”*。]|用.*{re.escape(name)}", GUIDE), f"the guide does not name {name}"


@pytest.fixture
async def desks(office, request):
    """Give somebody of the office a browser of their own, signed in."""
    folder = request.config.getoption("--pictures")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS, env=os.environ | CHINESE)
        expect.set_options(timeout=PATIENCE_MS)

        async def sit(login: str = "", *roles: Role, name: str = "", unit: str = "city") -> Desk:
            context = await browser.new_context(viewport=SIZE, locale="zh-CN", timezone_id="Asia/Shanghai")
            desk = Desk(await context.new_page(), office, folder)
            desk.page.set_default_timeout(PATIENCE_MS)
            if login:
                await office.console.member(login, *roles, name=name, unit=unit)
                await desk.enter(login)
            return desk

        yield sit
        await browser.close()


async def test_a_clerk_s_first_hour_goes_as_the_guide_says(office, desks):
    clerk = await desks()
    await signs_in(clerk)
    await looks_at_the_lights(clerk)
    await receives_somebody(clerk)
    await takes_a_visit_down(clerk)
    await accepts_and_assigns(clerk)
    handler = await desks("chengban", Role.HANDLER, name="刘工", unit="cg")
    await drafts_an_answer(handler)
    await sends_the_answer(clerk)
    supervisor = await desks("duban", Role.SUPERVISOR, name="陈督办")
    await edits_a_policy_answer(clerk, supervisor)
    await reads_the_figures(supervisor)
    editor = await desks("bianji", Role.NOTICE_EDITOR, name="孙丽")
    approver = await desks("shenpi", Role.NOTICE_APPROVER, name="周涛")
    await tells_many(editor, approver)
    assert [desk.problems for desk in (clerk, handler, supervisor, editor, approver)] == [[]] * 5


async def signs_in(clerk: Desk) -> None:
    added = await clerk.office.console.members.add(
        login="zuoxi", name="王芳", unit="city", roles=[Role.OPERATOR], by=By()
    )
    page = clerk.page
    await page.goto(f"{clerk.office.url}/")
    await clerk.says("某市信访局", "输错五次，账号会锁定十五分钟")
    await clerk.picture("sign-in")
    await clerk.enter("zuoxi", added.password)
    await expect(page.get_by_role("heading", name="修改密码")).to_be_visible()
    await page.get_by_label("现在的密码").fill(added.password)
    for field in ("新密码（", "再输一遍"):
        await page.get_by_label(re.compile(f"^{re.escape(field)}")).fill("一个只有我知道的长密码9")
    await page.get_by_role("button", name="保存").click()
    await page.goto(f"{clerk.office.url}/")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("工作台")


async def looks_at_the_lights(clerk: Desk) -> None:
    await clerk.says("新亮灯", "健康街公交站牌被撞歪")
    await clerk.picture("desk")
    await clerk.press("已阅")
    await expect(clerk.page.get_by_role("heading", name="新亮灯")).to_have_count(0)


async def receives_somebody(clerk: Desk) -> None:
    page = clerk.page
    await clerk.open("会话")
    await clerk.says("等工作人员处理（1）", "幸福里小区北门")
    await clerk.says("自动更新中")
    await clerk.picture("inbox")
    await page.locator("tr", has_text="幸福里小区北门").get_by_role("link").first.click()
    await clerk.press("接入")
    await clerk.says("首问责任：王芳", "工作人员已接入，请讲。")
    await page.get_by_label("回复").fill("您好，我是市信访局的小王。请问是小区北门朝东风东街的那一排路灯吗？")
    await clerk.says("常用语", "登记为诉求", "自动更新中")
    await clerk.picture("conversation", height=1160)
    await clerk.press("发送")
    await clerk.says("请问是小区北门朝东风东街的那一排路灯吗？")
    await clerk.press("交还机器人")
    await clerk.press("已处理")
    await expect(page.get_by_role("button", name="已处理")).to_have_count(0)


async def takes_a_visit_down(clerk: Desk) -> None:
    page = clerk.page
    await clerk.open("登记")
    await page.get_by_label("反映的事").fill(
        "胜利街菜市场东门的下水道堵了半个月，污水流到路上，老人走路滑倒过，要求尽快疏通。"
    )
    await page.get_by_role("textbox", name="地点").fill("潍城区胜利街菜市场东门")
    await page.get_by_role("textbox", name="姓名").fill("赵德福")
    await page.get_by_role("textbox", name="电话").fill("0536-8123456")
    await clerk.picture("counter", height=900)
    await page.get_by_role("button", name="登记", exact=True).click()
    await expect(page.get_by_role("heading", name="登记回执")).to_be_visible()
    named("打印回执")
    await clerk.says("查询码", "把这张回执打印或抄给对方", "下水道")


async def accepts_and_assigns(clerk: Desk) -> None:
    page, number = clerk.page, clerk.office.number
    await clerk.open("诉求")
    await clerk.says("批量转办", "已超期")
    await clerk.picture("cases")
    await page.locator("td.wide").get_by_role("link", name="幸福里小区门口路灯不亮").click()
    await clerk.says(number, "请来信人补充", "不予受理")
    await clerk.picture("case")
    await clerk.press("受理")
    await expect(page.get_by_role("status").first).to_contain_text("受理")
    step = await clerk.unfold("转办")
    await step.get_by_label("主办单位").select_option(label="市城管局")
    await step.get_by_label("交办说明").fill("请今天到现场看一下。")
    await clerk.press("转办", step)
    await clerk.says("已转办市城管局")


async def drafts_an_answer(handler: Desk) -> None:
    page = handler.page
    await handler.open("诉求")
    await page.locator("td.wide").get_by_role("link", name="幸福里小区门口路灯不亮").click()
    opinion = await handler.unfold("拟办意见")
    await opinion.get_by_label("准备怎么办").fill("今天下午到现场查电缆。")
    await opinion.get_by_role("button", name="保存").click()
    await handler.says("今天下午到现场查电缆。")
    named("拟答复")
    step = await handler.unfold("提交拟答复")
    await step.get_by_role("textbox").fill(DRAFT)
    await handler.picture("draft", of=page.get_by_role("heading", name="下一步"))
    await step.get_by_role("button", name="提交审核").click()
    await handler.says("电缆被挖断")


async def sends_the_answer(clerk: Desk) -> None:
    page = clerk.page
    await page.goto(f"{clerk.office.url}/cases/{clerk.office.number}")
    step = await clerk.unfold("审核并发出答复")
    words = step.get_by_role("textbox")
    await expect(words).to_have_value(re.compile("电缆被挖断"))
    await words.fill(f"{DRAFT}有关部门会尽快巡查。")
    await step.get_by_role("button", name="发出答复").click()
    await clerk.says("发出前再看一眼", "尽快", "有关部门")
    await clerk.picture("answer")
    await page.get_by_role("textbox").fill(DRAFT)
    await page.get_by_role("button", name="改好了，发出").click()
    await expect(page.locator(".badge.blue").first).to_have_text("已答复")


async def edits_a_policy_answer(clerk: Desk, supervisor: Desk) -> None:
    page = clerk.page
    await clerk.open("政策问答")
    await page.get_by_role("searchbox").fill("要提供哪些内容")
    await page.get_by_role("searchbox").press("Enter")
    await page.get_by_role("link", name="反映问题要提供哪些内容").click()
    named("修改")
    step = await clerk.unfold("修改")
    await step.get_by_label(re.compile("^答复")).fill(
        "写明姓名、住址，要求什么、事情经过和理由。口头说也可以，由工作人员记录。"
    )
    await step.get_by_label(re.compile("^为什么改")).fill("原来的太长")
    await clerk.press("保存，交审核", step)
    await clerk.says("等待审核")
    other = supervisor.page
    await supervisor.open("政策问答")
    await other.locator("section", has_text="等待审核").get_by_role("link", name="反映问题要提供哪些内容").click()
    await supervisor.says("现在", "改成", "原来的太长")
    await supervisor.picture("policy")
    await supervisor.press("审核通过，启用")
    await supervisor.says("第 1 版", "写明姓名、住址")


async def reads_the_figures(supervisor: Desk) -> None:
    await supervisor.open("统计")
    await supervisor.says("按期受理率", "解决率", "二次办理")
    await supervisor.picture("figures")


async def tells_many(editor: Desk, approver: Desk) -> None:
    page = editor.page
    await editor.open("通知")
    await page.get_by_role("link", name="写通知").click()
    await page.get_by_label(re.compile("^标题")).fill("停水通知")
    await page.get_by_label("正文").fill("明日8时至18时东风东街停水，请提前储水。")
    await page.get_by_label(re.compile("按条计费")).check()
    await page.get_by_label(re.compile("所选渠道的所有人")).check()
    await page.get_by_role("button", name="保存草稿并试算").click()
    await editor.says("现在会发给 3 个收件人", "短信共 3 条", "自己写的不能自己批")
    await editor.picture("notice")
    await approver.open("通知")
    await approver.page.get_by_role("link", name="停水通知").click()
    await approver.page.get_by_role("button", name="审批通过").click()
    await approver.says("已批准")
    await page.reload()
    async with editor.office.sending():
        await page.get_by_role("button", name="开始发送").click()
        await expect(page.locator("[data-shown=percent]")).to_have_text("100")
        await editor.says("已发完")
        await page.reload()
    await editor.says("每个人的结果", "这条通知已经结束")
    await editor.picture("notice-sent")
    assert len(editor.office.phones.taken()) == 3
