"""The manager's promises beside what it says: nothing raises, the state stays plain and small, failures surface."""

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogs.effects import EffectRefused, Effects
from dialogs.outcome import FileCase

ALL = "我叫王建国，手机13800138000，奎文区东风东街某小区路灯坏了一个多月，晚上太黑"
_SAID = st.one_of(
    st.text(max_size=60),
    st.text(alphabet='我是的不了区路街村小13800{}/"\\：，。？ \n', max_size=40),
    st.sampled_from(
        [
            ALL,
            "确认",
            "1",
            "2",
            "3",
            "4",
            "匿名",
            "改地址",
            "内容不对",
            "补充",
            "撤回",
            "进度",
            "退出",
            "人工",
            "跳楼",
            "评价",
        ]
    ),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(said=st.lists(st.lists(_SAID, min_size=1, max_size=3), min_size=1, max_size=6))
async def test_whatever_is_said_is_answered_and_the_state_stays_plain(
    said: list[list[str]], helpers: dict[str, Any], shared: Any
) -> None:
    resident = shared()
    for thought in said:
        resident.manager.gathers(resident.state, [resident.heard(text) for text in thought])
        outcome = await resident.says(*thought)
        assert outcome.replies or outcome.intent == "slow"  # the same words a fourth time within minutes
        assert all(reply.text.strip() for reply in outcome.replies)
        assert len(json.dumps(resident.state)) < 100_000


@pytest.fixture(scope="module")
def managers() -> list[Any]:
    return []


@pytest.fixture
def shared(managers: list[Any], helpers: dict[str, Any]) -> Any:
    """Residents that share one manager: reading the files for each example would be slow."""

    def make() -> Any:
        resident = helpers["Resident"]()
        if managers:
            manager, cases = managers[0]
            cases.own.clear()
            resident.manager, resident.cases = manager, cases
        else:
            managers.append((resident.manager, resident.cases))
        return resident

    return make


async def test_a_very_long_text_is_filed_up_to_its_bound(resident: Any) -> None:
    await resident.says("我叫王芳，13800138000，阳光花园小区" + "电梯坏了，没人修，" * 3000)
    outcome = await resident.says("确认")
    filed = next(e for e in outcome.effects if isinstance(e, FileCase))
    assert 9_000 < len(filed.content) <= 10_000
    assert len(json.dumps(resident.state)) < 400_000


async def test_a_long_conversation_keeps_a_small_state(resident: Any) -> None:
    for _ in range(40):
        await resident.says("阳光花园电梯坏了，我叫王芳")
        await resident.says("多久能办完？")
        await resident.says("退出")
    assert len(json.dumps(resident.state)) < 100_000


async def test_a_failing_port_fails_the_turn_and_the_repeat_succeeds(resident: Any, helpers: dict[str, Any]) -> None:
    await resident.says(ALL)
    before = resident.state
    resident.cases.away = ConnectionError("away")
    with pytest.raises(ConnectionError):
        await resident.says("确认")
    assert resident.state is before
    resident.cases.away = None
    outcome = await resident.says("确认")
    assert any(isinstance(e, FileCase) for e in outcome.effects)


async def test_a_state_of_another_make_begins_anew(resident: Any, helpers: dict[str, Any]) -> None:
    resident.state = {"version": 99, "engine": "?"}
    assert "某市信访局" in helpers["spoken"](await resident.says("你好"))
    resident.state = {"version": 1, "engine": {"version": "?"}, "options": [], "traditional": False}
    assert (await resident.says("进度")).replies


async def test_the_same_message_draws_the_same_number(resident: Any) -> None:
    await resident.says(ALL)
    before, count = resident.state, resident.count
    first = await resident.says("确认")
    resident.state, resident.count = before, count
    resident.cases.own.clear()
    second = await resident.says("确认")
    assert first.effects[-1].number == second.effects[-1].number


async def test_too_many_tries_are_told_with_the_wait(resident: Any, helpers: dict[str, Any]) -> None:
    resident.cases.slow = True
    assert "2分钟" in helpers["spoken"](await resident.says("WF261121001237 123456"))


async def test_a_petition_text_and_a_tap_heard_together_are_both_heard(resident: Any) -> None:
    await resident.says(ALL)
    outcome = await resident.says("还有，昨天又摔了一个老人", {"tap": "/affirm"})
    filed = next(e for e in outcome.effects if isinstance(e, FileCase))
    assert "又摔了一个老人" in filed.content


async def test_buttons_stand_beside_the_summary(resident: Any) -> None:
    outcome = await resident.says(ALL)
    assert [b.title for b in outcome.replies[-1].buttons] == ["确认", "修改", "匿名", "取消"]


@pytest.mark.parametrize(
    ("text", "gathers"),
    [
        ("小区的路灯坏了", True),
        ("我们村里的路", False),
        ("小区的路灯坏了，请尽快处理", False),
        (ALL, False),
        ("你好", False),
        ("信访多久能办完？", False),
        ("人工", False),
        ("家里着火了", False),
    ],
)
def test_fragments_are_waited_for_and_whole_things_are_not(resident: Any, text: str, gathers: bool) -> None:
    assert resident.manager.gathers(None, [resident.heard(text)]) is gathers


@pytest.mark.parametrize(
    ("text", "gathers"),
    [("停水三天了", True), ("一共五栋楼", True), ("就这些", False), ("说完了", False), ("退出", False), ("1", True)],
)
async def test_while_the_matter_is_asked_fragments_are_waited_for(resident: Any, text: str, gathers: bool) -> None:
    await resident.says("我要反映问题")
    assert resident.manager.gathers(resident.state, [resident.heard(text)]) is gathers


@pytest.mark.parametrize(
    "raw",
    [
        {"kind": "erase_everything"},
        {"kind": "file_case", "number": "WF1"},
        {"kind": "rate_case", "number": "WF1", "grade": "many"},
        {"kind": "call_person", "reason": "asked", "surprise": 1},
    ],
)
def test_what_is_no_effect_is_refused_without_its_values(raw: dict[str, Any]) -> None:
    with pytest.raises(EffectRefused) as refused:
        Effects().read(raw)
    assert "many" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        *(
            unit * 2500 + "x"
            for unit in ("嗯", "好的", "谢谢您", "没有", "你好", "我要反映", "不是", "一", "小区", "我叫", "在", "不")
        ),
        "13800138000 " * 800,
        "WF" * 3000,
        "路" * 9000,
        "举报局长" * 2000,
    ],
)
async def test_no_text_makes_a_turn_slow(text: str, shared: Any) -> None:
    resident = shared()
    for opening in ("我要反映问题", "路灯坏了", "阳光花园电梯坏了"):
        await resident.says(opening)
        began = time.process_time()
        resident.manager.gathers(resident.state, [resident.heard(text)])
        await resident.says(text)
        assert time.process_time() - began < 2
        await resident.says("退出")
