"""What is kept of a conversation between its turns, and what is left of it for who wished to be forgotten."""

import json
from datetime import timedelta
from typing import Any

from dialogs.kept import without_person
from dialogs.outcome import FileCase

ALL = "我叫王建国，手机13800138000，奎文区东风东街某小区路灯坏了一个多月，晚上太黑"


async def test_who_told_something_before_is_forgotten_and_what_is_told_now_goes_on(resident: Any) -> None:
    await resident.says(ALL)
    await resident.says("确认")
    wished = resident.now
    resident.now += timedelta(hours=1)
    await resident.says("潍城区月光小区三号楼电梯停了三天")
    resident.state = without_person(resident.state, until=wished)
    kept = json.dumps(resident.state, ensure_ascii=False)
    assert "电梯停了三天" in kept
    assert "路灯" not in kept
    assert not resident.state["engine"]["slots"].keys() & {"known_name", "known_phone", "known_place"}
    [filed] = [effect for effect in (await resident.says("确认")).effects if isinstance(effect, FileCase)]
    assert "电梯停了三天" in filed.content


async def test_where_nothing_is_being_told_nothing_is_kept(resident: Any) -> None:
    await resident.says(ALL)
    await resident.says("确认")
    assert without_person(resident.state, until=resident.now) == {}
