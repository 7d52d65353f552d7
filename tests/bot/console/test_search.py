"""Cases are found by words of their redacted copy, of which the store holds nothing readable; filters are kept by name."""

import re
from datetime import timedelta

import pytest
from case_office import NAME, PHONE, open_case_office

from bot.access.signing_in import LONGEST_SESSION
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


@pytest.mark.parametrize("sought", [PHONE, "138 0013 8000", "370702199001011234", "电话13800138000", "13800"])
async def test_no_address_holds_a_phone_or_the_number_of_a_document(office, sought):
    number = await office.file()
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    page = await operator.post("/cases/search", {"q": sought, "district": "奎文区"})
    assert page.path.startswith("/console/cases?district=")
    digits = re.sub(r"\D", "", sought)
    for address in (page.path, *re.findall(r'(?:href|action)="([^"]*)"', page.text)):
        assert digits not in re.sub(r"\D", "", re.sub(r"WF[0-9]+|\bs=[\w-]+", "", address)), address
    assert f'value="{sought}"' in page.text, "the field still says what was searched for"
    assert page.says(number) is (digits == PHONE and "电" not in sought)
    typed = await operator.get(f"/cases?q={sought}")
    assert "q=" not in typed.path


async def test_a_sealed_search_is_its_members_own_and_ends(office, clock):
    number = await office.file()
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    await operator.post("/cases/views", {"name": "老来信人", "q": PHONE})
    kept = re.search(r'href="/console(/cases\?s=[\w-]+)"', (await operator.get("/cases")).text)[1]
    found = await operator.get(kept)
    assert found.says(number)
    register = re.search(r'href="/console(/cases/export\?s=[^"]+as=csv)"', found.text)[1].replace("&amp;", "&")
    assert number in (await operator.get(register)).text
    other = await office.console.signed_in("bieren", Role.OPERATOR)
    assert (await other.get(kept)).says("这次查找已过期")
    assert (await operator.get(f"{kept}x")).says("这次查找已过期")
    assert (await operator.get("/cases?s=no+such")).says("这次查找已过期")
    clock.now += LONGEST_SESSION + timedelta(seconds=1)
    await operator.sign_in("zuoxi")
    assert (await operator.get(kept)).says("这次查找已过期")


async def test_words_and_numbers_stay_readable_in_the_address(office):
    number = await office.file()
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    assert (await operator.post("/cases/search", {"q": number})).path == f"/console/cases?q={number}"
    assert (await operator.post("/cases/search", {"q": "路灯 5号楼", "state": "all"})).path.startswith(
        "/console/cases?state=all&q="
    )
    assert (await operator.post("/cases/search", {})).path == "/console/cases"
    discipline = await office.console.signed_in("jijian", Role.DISCIPLINE)
    accused = await office.file(accusation=True, title="举报某局长收红包")
    page = await discipline.post("/accusations/search", {"q": PHONE})
    assert page.says(accused)
    assert PHONE not in page.path
    assert (await discipline.post("/cases/search", {"q": PHONE})).status == 403
    assert (await operator.post("/accusations/search", {"q": PHONE})).status == 403


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
