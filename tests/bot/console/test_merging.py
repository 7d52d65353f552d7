"""Merging in the console: both cases side by side, both filers told, undone by staff, nobody else."""

import pytest
from console_client import UNITS
from console_office import STAFF, open_office

from bot.casework.merging import Merging
from bot.console.merging import MergeParts, merging_feature
from storage.cases import CaseState, Filer
from storage.staff import Role


@pytest.fixture
async def office(database, vault, clock, passwords):
    made = await open_office(database, vault, clock)
    merging = Merging(store=made.store, clock=clock, office="某市信访局", kick=made.kick)
    await made.open_console(passwords, merging_feature(MergeParts(cases=made.parts, merging=merging)))
    yield made
    await made.console.stop()


async def test_an_operator_compares_merges_and_undoes(office):
    leading = await office.file(CaseState.ACCEPTED, sender="oZhang")
    other = await office.file(sender="oLi")
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    assert (await operator.get(f"/cases/{other}")).says("并案：和另一件一起办理")
    page = await operator.get(f"/cases/{other}/merge")
    assert page.says(leading)
    assert "13800138000" not in page.text
    done = await operator.post(f"/cases/{other}/merge", {"into": leading, "other": "", "reason": "同一路灯"})
    assert done.says(f"已并入 {leading}，两位来信人都会收到通知")
    assert done.says("在那一件里办理")
    assert (await operator.get(f"/cases/{leading}")).says(f"一起办理的： {other}")
    assert any("合并办理" in text for text in await office.notices(other))
    assert any("合并办理" in text for text in await office.notices(leading))
    again = await operator.post(f"/cases/{other}/merge", {"into": leading, "reason": "x"})
    assert (again.status, again.says("已经并案")) == (422, True)
    assert (await operator.post(f"/cases/{other}/split", {"reason": "不是同一处"})).says("已改为单独办理")
    assert (await office.case(other)).merged_into is None


async def test_a_number_may_be_typed_and_a_wrong_one_is_told(office):
    leading = await office.file(CaseState.ACCEPTED)
    other = await office.file(category="", district="", filer=Filer())
    operator = await office.signed_in("zuoxi", Role.OPERATOR)
    page = await operator.get(f"/cases/{other}/merge")
    assert page.says("没有找到相似的未办结诉求")
    for wrong in ("", "WF260101000013", "你好"):
        page = await operator.post(f"/cases/{other}/merge", {"other": wrong, "reason": "x"})
        assert (page.status, page.says("没有这件诉求")) == (422, True)
    typed = f"{leading[:8]}-{leading[8:].lower()}"
    assert (await operator.post(f"/cases/{other}/merge", {"other": typed, "reason": "x"})).says(f"已并入 {leading}")


async def test_merging_is_the_operators_alone_and_within_their_reach(office):
    await office.only({Role.OPERATOR}, lambda path: path.endswith(("/merge", "/split")))
    elsewhere = await office.file(CaseState.ACCEPTED, CaseState.ASSIGNED)
    accused = await office.file(accusation=True)
    operator = await office.signed_in("quxian", Role.OPERATOR, unit="wc")
    mine = await office.file()
    await office.staffwork.set_units(mine, lead=UNITS[-1], assists=[], note="", actor=STAFF)
    for number in (elsewhere, accused):
        assert (await operator.get(f"/cases/{number}/merge")).status == 404
        assert (await operator.post(f"/cases/{number}/split", {"reason": "x"})).status == 404
        page = await operator.post(f"/cases/{mine}/merge", {"other": number, "reason": "x"})
        assert (page.status, page.says("没有这件诉求")) == (422, True)
    assert (await office.case(mine)).merged_into is None
