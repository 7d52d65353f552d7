"""Cases are found by words of their redacted copy, of which the store holds nothing readable; filters are kept by name."""

import pytest
from case_office import NAME, PHONE, open_case_office

from bot.casework.searching import SearchMinder
from storage.cases import Filer
from storage.saved_views import MOST
from storage.staff import Role


@pytest.fixture
async def office(database, vault, clock, passwords):
    async with open_case_office(database, vault, clock, passwords) as made:
        yield made


async def searchable(office) -> None:
    """What the workers do within seconds."""
    while await SearchMinder(office.store).make_due():
        pass


async def test_words_of_title_place_and_content_find_a_case(office):
    lamp = await office.file(content="小区门口的路灯坏了一个多月，晚上太黑", place="东风东街幸福里")
    noise = await office.file(title="夜间施工扰民", content="工地半夜打桩，睡不着")
    await searchable(office)
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    for words, found in (
        ("路灯", {lamp}),
        ("路灯 幸福里", {lamp}),
        ("半夜打桩", {noise}),
        ("小区", {lamp}),
        ("路桩", set()),
        ("坏小", set()),
        ("灯", set()),
    ):
        page = await operator.get(f"/cases?q={words}")
        assert {number for number in (lamp, noise) if page.says(number)} == found, words
    register = await operator.get("/cases/export?as=csv&q=半夜打桩")
    assert noise in register.text
    assert lamp not in register.text


async def test_nobody_is_found_by_their_name_or_phone_as_words(office):
    await office.file(content=f"我是{NAME}，电话{PHONE}，路灯坏了")
    await searchable(office)
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    assert (await operator.get(f"/cases?q={NAME}")).says("没有符合条件的诉求")
    assert (await operator.get("/cases?q=电话13800138000")).says("没有符合条件的诉求")
    assert not (await operator.get(f"/cases?q={PHONE}")).says("没有符合条件的诉求"), "as a phone it does"


async def test_a_search_finds_only_what_is_in_reach(office):
    accused = await office.file(accusation=True, title="举报某局长收红包")
    number = await office.file(title="某小区收红包的事")
    await searchable(office)
    for login, unit, sees in (("zuoxi", "city", True), ("quxian", "wc", False)):
        browser = await office.console.signed_in(login, Role.OPERATOR, unit=unit)
        page = await browser.get("/cases?q=收红包")
        assert page.says(number) is sees
        assert not page.says(accused)
    discipline = await office.console.signed_in("jijian", Role.DISCIPLINE)
    page = await discipline.get("/accusations?q=收红包")
    assert page.says(accused)
    assert not page.says(number)


async def test_a_correction_is_found_by_its_new_words(office):
    number = await office.file()
    await searchable(office)
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    form = {"title": "井盖缺失", "type": "投诉", "category": "", "district": "奎文区", "urgency": "normal"}
    await operator.post(f"/cases/{number}/correct", form)
    await searchable(office)
    assert (await operator.get("/cases?q=井盖缺失")).says(number)
    assert not (await operator.get("/cases?q=反映路灯")).says(number)


async def test_cases_of_before_the_search_are_made_findable(office):
    number = await office.file(filer=Filer(name="李四", phone="13900139000"))
    await office.store.database["cases"].update_many({}, {"$unset": {"search_due": ""}})
    await office.store.search.begin()
    await searchable(office)
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    assert (await operator.get("/cases?q=路灯不亮")).says(number)


async def test_the_store_holds_no_word_of_what_can_be_searched(office):
    await office.file(content="独一无二的词句")
    await searchable(office)
    kept = [str(each) async for each in office.store.database["case_search"].each({})]
    assert kept
    assert not any(word in text for text in kept for word in ("独一", "路灯", NAME))


async def test_filters_are_kept_by_name_for_oneself_alone(office):
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    other = await office.console.signed_in("bieren", Role.OPERATOR)
    kept = await operator.post("/cases/views", {"name": "奎文投诉", "type": "投诉", "district": "奎文区"})
    assert kept.says("条件已保存")
    page = await operator.get("/cases")
    assert 'href="/console/cases?type=%E6%8A%95%E8%AF%89&amp;district=' in page.text
    assert not (await other.get("/cases")).says("奎文投诉")
    assert (await operator.post("/cases/views", {"name": "", "type": "投诉"})).says("没有保存")
    assert (await operator.post("/cases/views", {"name": "空"})).says("没有保存")
    await operator.post("/cases/views/drop", {"name": "奎文投诉"})
    assert not (await operator.get("/cases")).says("奎文投诉")
    for at in range(MOST):
        await operator.post("/cases/views", {"name": f"第{at}个", "state": "open"})
    assert (await operator.post("/cases/views", {"name": "太多", "state": "open"})).says(f"最多 {MOST} 个")
    admin = await office.console.signed_in("guanli", Role.ADMINISTRATOR)
    assert (await admin.post("/cases/views", {"name": "x", "state": "open"})).status == 403
    assert (await admin.post("/cases/views/drop", {"name": "x"})).status == 403
