"""Conversations are played by somebody who only reads, and judged by what came of them."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.cli.evaluate_dialog import read_all
from dialogs.build import build_manager
from dialogs.evaluating.city import OFFICE, FixedChance
from dialogs.evaluating.dialog import Judged, judge, score, transcript
from dialogs.evaluating.playing import Played, Town, play
from dialogs.evaluating.reading import Asked, asked_in, choices_in, filed_in
from dialogs.evaluating.script import Conversation, ScriptRefused, read_conversations
from dialogs.faq.answers import load_answers
from dialogs.files import DialogFiles
from dialogs.manager import Manager
from dialogs.outcome import CallPerson, FileCase

SET = Path(__file__).parents[2] / "dialogs" / "evaluation"


@pytest.fixture(scope="module")
def town() -> Town:
    return Town()


@pytest.fixture(scope="module")
def manager(town: Town) -> Manager:
    return build_manager(town, FixedChance(), office=OFFICE, variation=Random(0))


@pytest.fixture(scope="module")
def answers() -> dict[str, str]:
    return {answer.id: answer.text for answer in load_answers(DialogFiles().answers)}


def _read(**table: Any) -> Conversation:
    return read_conversations([{"name": "x", **table}], "a.yml")[0]


LAMP = {
    "resident": {"place": "奎文区东风东街幸福小区", "name": "王建国", "phone": "13800138000"},
    "opens": ["小区的路灯坏了三天"],
    "told": ["matter"],
    "expect": {"case": {"place": ["幸福小区"], "name": "王建国", "phone": "13800138000", "content": ["路灯"]}},
}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("请问您要反映什么问题？把内容发给我就行。", {Asked.MATTER}),
        ("请问是什么事，发生在哪里？", {Asked.MATTER, Asked.PLACE}),
        ("请问您的姓名和手机号？不想留，回复“匿名”。", {Asked.NAME, Asked.PHONE}),
        ("怎么称呼您？", {Asked.NAME}),
        ("请问是从什么时候开始的？", {Asked.SINCE}),
        ("还差一个地点，比如“东风东街某小区”。", {Asked.PLACE}),
        ("请核对：\n地点：东风东街\n手机：138****8000\n1 确认　2 修改", {Asked.CONFIRM}),
        ("登记成功，编号 WF261121000017，查询码 384756，请保存好。换手机查，把编号和查询码一起发来。", set()),
        ("一般要有姓名、住址，以及请求、事实和理由。", set()),
        ("急事请打12345。哪里不对，直接说，比如“改地址 某某路”。", set()),
        ("登记成功，编号 WF261121000017，查询码 384756。\n请核对：\n地点：菜市场", {Asked.CONFIRM}),
    ],
)
def test_what_is_asked_is_read_from_the_words_alone(text: str, asked: set[Asked]) -> None:
    assert asked_in(text) == asked


def test_choices_are_read_with_their_numbers() -> None:
    assert choices_in("要补充哪一件？\n1 路灯\n2 下水道") == {"1": "路灯", "2": "下水道"}
    assert choices_in("1 确认　2 修改　3 取消") == {"1": "确认", "2": "修改", "3": "取消"}
    assert choices_in("15日内告诉您") == {}


def test_that_it_is_filed_is_read_from_the_words_alone() -> None:
    assert filed_in("登记成功，编号 WF261121000017，查询码 384756，请保存好。")
    assert not filed_in("WF261121000017 现在：办理中")


async def test_a_resident_answers_what_is_asked_until_it_is_filed(town: Town, manager: Manager) -> None:
    played = await play(_read(**LAMP), town, manager)
    judged = judge(played, {})
    assert judged.success, transcript(judged)
    assert played.turns_to_file == played.turns
    assert played.turns >= 3


async def test_an_interjection_is_made_once_and_its_reply_is_looked_at(town: Town, manager: Manager) -> None:
    then = [{"at": ["name", "phone"], "says": "人工", "bot": ["工作人员"], "never": ["没有这个"]}]
    played = await play(_read(**LAMP, then=then), town, manager)
    assert [words for who, words in played.lines if who == "市民"].count("人工") == 1
    assert judge(played, {}).success
    then[0]["bot"] = ["红烧肉"]
    assert "红烧肉" in judge(await play(_read(**LAMP, then=then), town, manager), {}).problems[0]


async def test_one_conversation_knows_nothing_of_the_one_before(town: Town, manager: Manager) -> None:
    await play(_read(**LAMP), town, manager)
    played = await play(_read(opens=["查进度"], expect={"filed": 0, "never": ["WF"]}), town, manager)
    assert judge(played, {}).success


async def test_a_scripted_conversation_is_said_as_written(town: Town, manager: Manager) -> None:
    steps = [
        {"user": "转人工", "bot": "工作人员", "effects": [{"kind": "CallPerson"}]},
        {"user": "谢谢", "never": "再见"},
    ]
    assert judge(await play(_read(steps=steps), town, manager), {}).success
    steps[0]["effects"] = []
    assert not judge(await play(_read(steps=steps), town, manager), {}).success


async def test_a_bot_that_breaks_is_told_and_ends_nothing(town: Town) -> None:
    class Broken:
        async def turn(self, *_given: object) -> None:
            raise RuntimeError("no")

    played = await play(_read(**LAMP), town, Broken())  # type: ignore[arg-type]
    assert "RuntimeError" in judge(played, {}).problems[0]


def _filed(**fields: Any) -> FileCase:
    return FileCase(number="WF1", code="1", title="t", content="路灯坏了", **fields)


@pytest.mark.parametrize(
    ("expect", "effects", "part"),
    [
        ({"filed": 1}, [], "实际 0 件"),
        ({"filed": 0}, [_filed()], "实际 1 件"),
        ({"case": {"name": "王建国"}}, [_filed(name="王建军")], "name"),
        ({"case": {"place": ["幸福", "小区"]}}, [_filed(place="幸福里")], "place"),
        ({"case": {"category": ["路灯", "道路"]}}, [_filed(category="物业")], "category"),
        ({"case": {"anonymous": True}}, [_filed()], "anonymous"),
        ({"case": {"never_content": ["路灯"]}}, [_filed()], "never_content"),
        ({"danger": True}, [CallPerson(reason="asked")], "没有上报"),
        ({"danger": False}, [CallPerson(reason="danger", danger=True)], "不该"),
        ({"effects": ["RateCase"]}, [], "RateCase"),
        ({"answered": ["review"]}, [], "review"),
        ({"says": ["你好"]}, [], "你好"),
    ],
)
def test_what_did_not_come_of_it_is_told(expect: Any, effects: list[Any], part: str) -> None:
    played = Played(conversation=_read(opens=["x"], expect=expect), effects=effects)
    assert any(part in problem for problem in judge(played, {"review": "三十日内"}).problems)


def test_what_came_of_it_as_expected_is_no_problem() -> None:
    expect = {
        "case": {"category": ["路灯", "道路"], "place": ["幸福"], "attachments": 0, "anonymous": False},
        "answered": ["review"],
    }
    played = Played(
        conversation=_read(opens=["x"], expect=expect), effects=[_filed(category="城建/路灯", place="幸福里")]
    )
    played.lines = [("机器人", "三十日内可以申请")]
    assert judge(played, {"review": "三十日内"}).success


def test_figures_are_counted_over_those_they_are_about() -> None:
    def of(turns: int, *, tags: list[str], wrong: bool = False) -> Judged:
        conversation = _read(opens=["x"], tags=tags, expect={"filed": 1})
        played = Played(conversation=conversation, effects=[_filed()], turns_to_file=turns)
        played.asked_again = ["place"] if wrong else []
        return Judged(played=played, problems=("又问",) if wrong else ())

    figures = score([of(4, tags=[]), of(2, tags=[], wrong=True), of(2, tags=["complete"]), of(2, tags=["complete"])])
    assert figures == {
        "success_rate": 0.75,
        "conversations": 4,
        "filed": 4,
        "turns_to_file_median": 3.0,
        "turns_to_file_median_complete": 2.0,
        "asked_again": 1,
        "by_tag": {"complete": {"conversations": 2, "success_rate": 1.0}},
        "failures": [{"name": "x", "problems": ["又问"]}],
    }


@pytest.mark.parametrize(
    ("raw", "part"),
    [
        ({"a": 1}, "列表"),
        ([{"opens": ["x"]}], "name"),
        ([{"name": "x"}], "opens"),
        ([{"name": "x", "opens": [13800138000]}], "数字请加引号"),
        ([{"name": "x", "opens": ["y"], "expects": {}}], "expects"),
        ([{"name": "x", "opens": ["y"], "then": [{"at": "name"}]}], "says"),
        ([{"name": "x", "steps": [{"bot": "y"}]}], "user"),
        ([{"name": "x", "opens": ["y"], "resident": {"colour": "z"}}], "colour"),
    ],
)
def test_a_wrong_file_is_refused_by_naming_the_conversation(raw: Any, part: str) -> None:
    with pytest.raises(ScriptRefused) as refused:
        read_conversations(raw, "a.yml")
    assert "a.yml" in refused.value.sentence
    assert part in refused.value.sentence


def test_broken_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("- name: x\n  opens: [y\n", encoding="utf-8")
    with pytest.raises(ScriptRefused, match=r"a\.yml"):
        read_all(tmp_path)


async def test_the_bot_holds_its_own_on_the_conversations_written_for_it(
    town: Town, manager: Manager, answers: dict[str, str]
) -> None:
    """Without any learned model. Held a little below what is reached; raise it with the bot."""
    conversations = read_all(SET)
    assert len(conversations) >= 60
    assert len({one.name for one in conversations}) == len(conversations)
    figures = score([judge(await play(one, town, manager), answers) for one in conversations])
    told = [f"{one['name']}: {'; '.join(one['problems'])}" for one in figures["failures"]]
    assert figures["success_rate"] >= 0.93, told
    assert figures["turns_to_file_median"] <= 4
    assert figures["turns_to_file_median_complete"] <= 2
    assert figures["asked_again"] == 0, told
