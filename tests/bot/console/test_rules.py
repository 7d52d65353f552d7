"""The rules for limits in the console: looked at, changed with the effect before, gone back to, by administrators."""

import re
from datetime import timedelta

import pytest
from console_office import open_office

from bot.clocks.calendar import WorkCalendar
from bot.clocks.clockwork import ClockSetter
from bot.clocks.rule_office import RuleOffice
from bot.clocks.rulebook import RuleBook
from bot.console.rules import RuleParts, rules_feature
from storage.cases import CaseState
from storage.clock_rules import ClockRules
from storage.staff import Role

LAMPS = {
    "do": "put",
    "stage": "answer",
    "category": "城乡建设",
    "unit": "cg",
    "amount": "3",
    "time_unit": "working_days",
    "percent": "30",
}


@pytest.fixture
async def office(database, vault, clock, passwords):
    made = await open_office(database, vault, clock)
    book = RuleBook(ClockRules(database))
    setter = ClockSetter(calendar=WorkCalendar(), rules=book)
    made.store.cases.clockwork = setter
    rules = RuleOffice(store=made.store, setter=setter, book=book, clock=clock)
    await made.open_console(
        passwords, rules_feature(RuleParts(store=made.store, office=rules, categories=("城乡建设/路灯照明",)))
    )
    yield made
    await made.console.stop()


def hidden(page):
    """The fields of the form that saves what was looked at."""
    form = re.search(r'action="/console/rules/save">(.*?)</form>', page.text, re.DOTALL)[1]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


async def test_a_rule_is_added_after_its_effect_was_looked_at(office, clock):
    number = await office.file(CaseState.ACCEPTED, CaseState.ASSIGNED)
    admin = await office.signed_in("guanli", Role.ADMINISTRATOR)
    assert (await admin.get("/rules")).says("还没有改过，用的是默认规则")
    clock.now += timedelta(days=4)
    await admin.sign_in("guanli")
    page = await admin.post("/rules/preview", LAMPS)
    assert page.says("增加：城乡建设、市城管局，答复 3个工作日")
    assert page.says("1 件马上超期")
    assert number not in page.text, "whoever runs the system has no business with the petitions"
    assert (await admin.get("/rules")).says("默认规则")
    saved = await admin.post("/rules/save", hidden(page))
    assert saved.says("已保存为第 1 版")
    assert saved.says("正在计算")
    assert saved.says("最后 30%")
    stale = await admin.post("/rules/save", hidden(page) | {"type": "投诉"})
    assert (stale.status, stale.says("规则刚被别人改过")) == (422, True)


async def test_a_default_is_changed_and_put_back(office):
    admin = await office.signed_in("guanli", Role.ADMINISTRATOR)
    page = await admin.get("/rules?edit=answer")
    assert page.says("修改规则")
    assert 'name="amount" min="1" max="1500" required value="5"' in page.text
    form = {"do": "put", "id": "answer", "stage": "answer", "amount": "7", "time_unit": "days", "percent": "20"}
    preview = await admin.post("/rules/preview", form)
    assert preview.says("修改：全部诉求，答复 7日，原来是 5个工作日")
    await admin.post("/rules/save", hidden(preview))
    preview = await admin.post("/rules/preview", {"do": "remove", "id": "answer"})
    assert preview.says("恢复默认：全部诉求，答复 5个工作日")
    await admin.post("/rules/save", hidden(preview))
    preview = await admin.post("/rules/preview", {"do": "revert", "number": "1"})
    assert preview.says("恢复到第 1 版")
    assert (await admin.post("/rules/save", hidden(preview))).says("第 3 版")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"amount": "0"}, "期限应为 1 以上的整数"),
        ({"amount": "x"}, "期限应为 1 以上的整数"),
        ({"stage": "close", "amount": "61", "time_unit": "days"}, "不能超过 60 日（信访工作条例第三十四条）"),
        ({"stage": "no"}, "请选择哪个期限"),
        ({"category": "没有的"}, "请选择类别"),
        ({"unit": "没有的"}, "请选择单位"),
        ({"percent": "90"}, "黄灯应为期限的最后 5% 到 50%"),
        ({"do": "revert", "number": "9"}, "没有这一版"),
        ({"do": "?"}, "没有要做的改动"),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_filled_in_stays(office, change, told):
    admin = await office.signed_in("guanli", Role.ADMINISTRATOR)
    page = await admin.post("/rules/preview", LAMPS | change)
    assert (page.status, page.says(told)) == (422, True)
    assert await ClockRules(office.store.database).newest() is None


async def test_rules_are_the_administrators_alone(office):
    await office.only({Role.ADMINISTRATOR}, lambda path: path.startswith("/rules"))
    assert await ClockRules(office.store.database).newest() is None


async def test_a_year_whose_exchanged_workdays_are_missing_is_told_to_the_administrator(office, clock):
    admin = await office.signed_in("guanli", Role.ADMINISTRATOR)
    assert not (await admin.get("/rules")).says("还没有 2098 年的放假调休安排")
    clock.now = clock.now.replace(year=2098)
    await admin.sign_in("guanli")
    assert (await admin.get("/rules")).says("还没有 2098 年的放假调休安排")
    assert "[calendar]" not in (await admin.get("/rules")).text, "a key of the settings file is no word of the office"
