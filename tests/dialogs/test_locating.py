"""Places by the office's own list, in conversation."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from dialogs.build import build_manager
from dialogs.checking.check import check_dialogs
from dialogs.evaluating.city import OFFICE, CasesInMemory, FixedChance
from dialogs.evaluating.phone import Phone
from dialogs.files import DialogFiles
from dialogs.nlu.gazetteer import BadGazetteer
from dialogs.outcome import FileCase

_LIST = """
奎文区:
  柳荫街道: [柳荫东里社区, 新城枫景]
坊子区:
  石桥镇: [前王村]
寒亭区:
  北堤街道: [前王村]
"""


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    (tmp_path / "gazetteer.yml").write_text(_LIST, encoding="utf-8")
    cases = CasesInMemory()
    files = DialogFiles(folder=tmp_path)
    manager = build_manager(cases, FixedChance(), office=OFFICE, files=files, variation=Random(0))
    return Phone(manager=manager, cases=cases, first_contact=False)


async def _says(phone: Phone, text: str, helpers: dict[str, Any]) -> str:
    return str(helpers["spoken"](await phone.says(text)))


async def test_an_estate_without_a_suffix_is_a_place_and_is_completed(phone: Phone, helpers: dict[str, Any]) -> None:
    assert "地点" not in await _says(phone, "新城枫景3号楼电梯坏了没人修", helpers)
    shown = await _says(phone, "匿名", helpers)
    assert "地点：奎文区柳荫街道新城枫景3号楼" in shown
    filed = next(e for e in (await phone.says("确认")).effects if isinstance(e, FileCase))
    assert (filed.place, filed.district) == ("奎文区柳荫街道新城枫景3号楼", "奎文区")


@pytest.mark.parametrize("said", ["新城枫景", "我住新城枫景", "新城枫景3号楼", "在新城枫景那边"])
async def test_an_estate_told_before_its_matter_opens_a_petition(
    phone: Phone, helpers: dict[str, Any], said: str
) -> None:
    assert "没太明白" not in await _says(phone, said, helpers)
    assert "地点" not in await _says(phone, "电梯坏了没人修", helpers)
    assert "地点：奎文区柳荫街道新城枫景" in await _says(phone, "匿名", helpers)


async def test_a_question_that_names_a_known_estate_opens_none(phone: Phone, helpers: dict[str, Any]) -> None:
    assert "记下了" not in await _says(phone, "新城枫景几点开门", helpers)


async def test_what_was_completed_can_be_put_right(phone: Phone, helpers: dict[str, Any]) -> None:
    await _says(phone, "新城枫景3号楼电梯坏了没人修", helpers)
    await _says(phone, "匿名", helpers)
    assert "地点：潍城区北宫西街12号" in await _says(phone, "改地址 潍城区北宫西街12号", helpers)


async def test_an_answer_to_where_is_completed(phone: Phone, helpers: dict[str, Any]) -> None:
    assert "地点" in await _says(phone, "电梯坏了没人修", helpers)
    await _says(phone, "柳荫东里社区2号楼", helpers)
    assert "地点：奎文区柳荫街道柳荫东里社区2号楼" in await _says(phone, "匿名", helpers)


@pytest.mark.parametrize("answer", ["2", "坊子区的", "石桥镇前王村"])
async def test_of_several_places_it_is_asked_which(phone: Phone, helpers: dict[str, Any], answer: str) -> None:
    asked = await _says(phone, "前王村村口路灯坏了没人修", helpers)
    assert "1 坊子区石桥镇前王村" in asked
    assert "2 寒亭区北堤街道前王村" in asked
    await _says(phone, answer, helpers)
    chosen = "寒亭区北堤街道" if answer == "2" else "坊子区石桥镇"
    assert f"地点：{chosen}前王村" in await _says(phone, "匿名", helpers)


async def test_a_place_that_is_none_of_them_is_taken_as_it_is_told(phone: Phone, helpers: dict[str, Any]) -> None:
    await _says(phone, "前王村村口路灯坏了没人修", helpers)
    await _says(phone, "都不是，是昌邑市都昌街道的前王村", helpers)
    assert "昌邑市都昌街道" in await _says(phone, "匿名", helpers)


async def test_whom_somebody_turned_to_is_not_where_it_happened(phone: Phone, helpers: dict[str, Any]) -> None:
    await _says(phone, "潍城区北宫西街路灯坏了，找了柳荫街道没人管", helpers)
    assert "地点：潍城区北宫西街" in await _says(phone, "匿名", helpers)


@pytest.mark.parametrize("wrong", ["奎文区: 5", "[奎文区]", "奎文区:\n  柳荫街道: [{a: 1}]", "奎文区: ["])
def test_a_wrong_list_is_named_before_anything_starts(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "gazetteer.yml").write_text(wrong, encoding="utf-8")
    files = DialogFiles(folder=tmp_path)
    assert any(finding.file == "gazetteer.yml" for finding in check_dialogs(files))
    with pytest.raises(BadGazetteer) as refused:
        build_manager(CasesInMemory(), FixedChance(), office=OFFICE, files=files)
    assert "gazetteer.yml" in refused.value.sentence
    assert "\n" not in refused.value.sentence
    assert refused.value.key == "dialog.files"
