"""The bot by text message: at most two messages an answer, few keys, several cases told apart, codes where they are due."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.turns import stopping
from channels.sms.text import room, segments, signed
from dialogs.abbreviations import WORDS, in_full
from dialogs.build import build_manager
from dialogs.evaluating.city import CODE, OFFICE, START, CasesInMemory, FixedChance, stranger, view
from dialogs.evaluating.phone import ROOM_BY_SMS, Phone
from dialogs.faq.answers import load_answers
from dialogs.files import DialogFiles
from dialogs.outcome import AddToCase, FileCase, Outcome, Reply, WithdrawCase
from dialogs.short_texts import GOES_ON, HINT, fitted, next_part

SIGN = "某市信访局"
MOST = 2
FOLDER = Path(__file__).parent / "conversations"
ALL = "我叫王建国，手机13800138000，奎文区东风东街幸福小区路灯坏了一个多月"
LAMP: dict[str, Any] = {"number": "WF261101000017", "title": "东风东街路灯坏了", "note": "已安排维修，12月1日前修好"}
LIFT: dict[str, Any] = {
    "number": "WF261102000027",
    "title": "阳光花园电梯坏了",
    "state": "submitted",
    "label": "待受理",
}


def check(outcome: Outcome, said: object = "") -> str:
    """What is answered: one reply, of at most two messages with the signature, as the channel counts them."""
    assert len(outcome.replies) <= 1, said
    text = "".join(reply.text for reply in outcome.replies)
    cost = segments(signed(text, SIGN))
    assert cost <= MOST, f"{said!r} is answered by {cost} messages:\n{text}"
    return text


class Simple(Phone):
    """A phone with keys: each answer is checked."""

    async def text(self, *words: str) -> str:
        return check(await self.says(*words), words)


@pytest.fixture(scope="module")
def made() -> tuple[Any, CasesInMemory]:
    cases = CasesInMemory()
    return build_manager(cases, FixedChance(), office=OFFICE, variation=Random(0)), cases


@pytest.fixture
def phone(made: tuple[Any, CasesInMemory]) -> Simple:
    manager, cases = made
    CasesInMemory.__init__(cases)
    return Simple(manager=manager, cases=cases, channel="sms", first_contact=False)


def test_the_room_is_what_the_channel_leaves() -> None:
    assert room("某市信访局6", messages=MOST) == ROOM_BY_SMS


def test_an_answer_that_is_too_long_is_noticed() -> None:
    check(Outcome(state={}, replies=[Reply(text="长" * 127)], at=START))
    with pytest.raises(AssertionError, match="3 messages"):
        check(Outcome(state={}, replies=[Reply(text="长" * 128)], at=START))
    with pytest.raises(AssertionError):
        check(Outcome(state={}, replies=[Reply(text="一"), Reply(text="二")], at=START))


# every wording

_TYPICAL = {
    "summary": "东风东街幸福小区路灯坏了一个多月\n地点：奎文区东风东街幸福小区\n王建国 138****8000",
    "choices": "1 确认　2 修改　3 匿名　4 取消　M 全文",
    "office": OFFICE.name,
    "hotline": OFFICE.hotline,
    "number": "WF261121001237",
    "code": CODE,
    "title": "东风东街幸福小区路灯坏了一个多月",
    "place": "奎文区东风东街幸福小区",
    "label": "办理中",
    "state": "办理中，市住房和城乡建设局",
    "steps": "11月1日 已登记\n11月3日 已受理\n11月9日 办理中",
    "unit": "市住房和城乡建设局",
    "cases": "\n".join(f"{n} 东风东街幸福小区… 办理中" for n in range(1, 6)) + "\n6 反映新问题",
    "matters": "· 小区路灯坏了一个多月晚上太黑\n· 门口垃圾没人清运",
    "kept": "姓名 王**、电话 138****8000、登记过的诉求 2件、这里的聊天记录",
    "whom": "他",
    "wait": "15分钟",
    "verb": "补充",
}
_LONG = {"answer", "questions", "matters", "cases", "steps", "summary"}
"""What is as long as it is: it may need to be asked on for."""


def _wordings() -> Iterator[Any]:
    loaded = YAML(typ="safe").load(DialogFiles().path("responses.yml"))["responses"]
    for name, variants in loaded.items():
        by_text = [one for one in variants if one.get("channel") == "sms"] or [
            one for one in variants if "channel" not in one
        ]
        for number, variant in enumerate(by_text):
            yield pytest.param(name, str(variant["text"]), id=f"{name}-{number}")


@pytest.mark.parametrize(("name", "wording"), list(_wordings()))
def test_each_wording_takes_at_most_two_messages(name: str, wording: str) -> None:
    words = set(re.findall(r"\{([a-z_]+)\}", wording))
    text = re.sub(r"\{([a-z_]+)\}", lambda found: _TYPICAL.get(found[1], "字" * 12), wording)
    shown = fitted([Reply(text=text, response=name)], ROOM_BY_SMS, now=START)
    check(Outcome(state={}, replies=shown.replies, at=START), name)
    assert not shown.rest or words & _LONG, f"{name} does not fit: {text}"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yml")), ids=lambda file: str(file.stem))
async def test_each_answer_in_each_conversation_takes_at_most_two_messages(
    file: Path, made: tuple[Any, CasesInMemory]
) -> None:
    manager, cases = made
    for told in YAML(typ="safe").load(file):
        CasesInMemory.__init__(cases)
        cases.own = [view(**known) for known in told.get("cases", ())]
        cases.others = {known["number"]: (known["code"], stranger(known["number"])) for known in told.get("others", ())}
        phone = Simple(manager=manager, cases=cases, channel="sms", first_contact=told.get("first_contact", False))
        for step in told["steps"]:
            phone.now += timedelta(hours=step.get("after", 0))
            said = step["user"] if isinstance(step["user"], list) else [step["user"]]
            check(await phone.says(*said), (told["name"], said))


# what does not fit


def test_the_parts_of_an_approved_answer_are_the_answer_word_for_word() -> None:
    for answer in load_answers(DialogFiles().answers):
        shown = fitted([Reply(text=answer.said)], ROOM_BY_SMS, now=START)
        parts = [shown.replies[0].text]
        while shown.rest:
            shown = next_part(shown.rest, ROOM_BY_SMS, now=START) or pytest.fail("nothing more is shown")
            parts.append(shown.replies[0].text)
        assert all(segments(signed(part, SIGN)) <= MOST for part in parts)
        told = "".join(part.removesuffix(HINT) for part in parts)
        assert re.sub(r"\s", "", told) == re.sub(r"\s", "", answer.said), answer.id


async def test_more_is_shown_when_it_is_asked_for_and_the_open_question_stays(phone: Simple) -> None:
    first = await phone.text("仲裁裁决不公怎么办")
    assert first.endswith(HINT)
    second = await phone.text("ｍ")
    assert "1" in second
    assert HINT not in second
    assert "回复数字" in await phone.text("M"), "nothing is left: the menu"
    await phone.text("奎文区东风东街路灯坏了")
    assert (await phone.text("举报会保密吗")).endswith(GOES_ON)
    assert "姓名" in await phone.text("m")
    assert "请核对" in await phone.text("王建国 13800138000")


async def test_nobody_agrees_to_what_they_have_not_been_shown(phone: Simple) -> None:
    await phone.text("奎文区东风东街路灯坏了三天；还有奎文区新华路井盖丢了，我叫王建国13800138000")
    await phone.text("1")
    filed = await phone.text("y")
    assert "查询码" in filed
    assert "请核对" not in filed
    assert filed.endswith(GOES_ON)
    shown = check(await phone.says("确认"))
    assert "请核对" in shown
    assert "井盖" in shown
    outcome = await phone.says("确认")
    assert [effect for effect in outcome.effects if isinstance(effect, FileCase)]


async def test_the_whole_of_what_will_be_filed_is_shown_when_it_is_asked_for(phone: Simple) -> None:
    brief = await phone.text(ALL + "，物业说没有钱换灯泡，晚上老人都不敢下楼，前天还摔了一个人，希望尽快来修")
    assert "M 全文" in brief
    assert "138****8000" in brief
    whole = await phone.text("m")
    while whole.endswith(HINT):
        whole = whole.removesuffix(HINT) + await phone.text("M")
    assert "前天还摔了一个人" in whole
    assert "类别：" in whole
    assert [e for e in (await phone.says("Y")).effects if isinstance(e, FileCase)]


async def test_with_the_query_code_the_newest_words_are_read_whole(phone: Simple) -> None:
    """Notices that had to cut them say so."""
    answer = "".join(f"第{number}盏灯已经换好，线路也一并查过；" for number in range(1, 21))
    phone.cases.own = [view(**{**LAMP, "note": answer})]
    assert "第1盏" not in await phone.text("WF261101000017")
    told = await phone.text(f"WF261101000017 {CODE}")
    while told.endswith(HINT):
        told = told.removesuffix(HINT) + await phone.text("M")
    assert answer in told.replace("\n", "")


# few keys


@pytest.mark.parametrize("written", list(WORDS))
def test_an_abbreviation_is_heard_in_any_width_and_case(written: str) -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) if sign.isascii() else sign for sign in written)
    for form in (written, written.lower(), wide, f" {written}。"):
        assert in_full(form, asked=None) == WORDS[written]


def test_no_abbreviation_is_a_word_by_which_people_opt_out() -> None:
    assert set(WORDS).isdisjoint(stopping._WORDS)
    for word in stopping._WORDS:
        assert in_full(word, asked=None) == word


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("BC还有两盏也坏了", "补充 还有两盏也坏了"),
        ("bc WF261101000017 又坏了", "补充 WF261101000017 又坏了"),
        ("jd WF261101000017 384756", "进度 WF261101000017 384756"),
        ("CH 384756", "撤回 384756"),
        ("g地址 新华路5号", "改地址 新华路5号"),
        ("G20高速路口有大坑", "G20高速路口有大坑"),
        ("JD快递把我的东西弄丢了", "JD快递把我的东西弄丢了"),
        ("CH口罩厂半夜施工", "CH口罩厂半夜施工"),
        ("H小区停水了", "H小区停水了"),
        ("查一查我们村的账", "查一查我们村的账"),
    ],
)
def test_what_begins_with_one_is_read_on_and_what_only_looks_so_is_left(text: str, heard: str) -> None:
    assert in_full(text, asked=None) == heard


async def test_a_surname_is_no_command_where_a_name_is_asked(phone: Simple) -> None:
    await phone.text("奎文区东风东街路灯坏了")
    assert in_full("查", asked="petition_name") == "查"
    assert "进度" not in await phone.text("查云峰 13800138000")


async def test_help_tells_the_abbreviations_and_so_does_the_manual(phone: Simple) -> None:
    outside = await phone.text("？")
    for short in ("JD", "BC", "CH", "RG", "G", "Y", "TC", "H"):
        assert f"{short}{WORDS[short]}" in outside
    manual = (Path(__file__).parents[2] / "docs/channels/sms.md").read_text("utf-8")
    assert all(f"`{short}`" in manual for short in WORDS)
    await phone.text("奎文区东风东街路灯坏了")
    assert "NM匿名" in await phone.text("h")


async def test_on_other_channels_letters_are_letters(made: tuple[Any, CasesInMemory]) -> None:
    manager, cases = made
    CasesInMemory.__init__(cases)
    resident = Phone(manager=manager, cases=cases, channel="wechat", first_contact=False)
    outcome = await resident.says("JD")
    assert outcome.intent != "show_progress"


async def test_a_petition_is_filed_by_keys_alone(phone: Simple) -> None:
    await phone.text("fy")
    await phone.text("奎文区东风东街路灯坏了")
    await phone.text("nm")
    outcome = await phone.says("y")
    [filed] = [effect for effect in outcome.effects if isinstance(effect, FileCase)]
    assert filed.anonymous


# several cases


@pytest.fixture
def two(phone: Simple) -> Simple:
    phone.cases.own = [view(**LAMP), view(**LIFT)]
    return phone


async def test_progress_of_several_open_cases_is_asked_by_number_with_new_as_the_last(two: Simple) -> None:
    asked = await two.text("进度")
    assert asked.split("\n")[1:] == ["1 阳光花园电梯坏了 待受理", "2 东风东街路灯坏了 办理中", "3 反映新问题"]
    assert LAMP["number"] in await two.text("2")
    await two.text("JD")
    assert "什么问题" in await two.text("3")


async def test_closed_cases_are_not_asked_about_while_others_are_open(two: Simple) -> None:
    two.cases.own.insert(0, view("WF261001000017", "井盖丢了", "closed", "已办结", is_open=False))
    assert "井盖" not in await two.text("JD")


async def test_with_many_cases_the_newest_are_named_and_others_found_by_their_number(two: Simple) -> None:
    two.cases.own = [view(f"WF2611{n:02d}000017", f"第{n}条街的路灯坏了") for n in range(1, 10)]
    asked = await two.text("JD")
    assert "1 第9条街" in asked
    assert "6 反映新问题\n别的件，请发编号。" in asked
    assert HINT not in asked
    assert "第2条街" in await two.text("WF261102000017")


async def test_an_addition_is_asked_which_by_number_and_may_be_a_new_matter(two: Simple) -> None:
    asked = await two.text("补充 昨天又坏了一盏路灯")
    assert asked.split("\n")[-1] == "3 另外登记"
    outcome = await two.says("2")
    [added] = [effect for effect in outcome.effects if isinstance(effect, AddToCase)]
    assert (added.number, added.text) == (LAMP["number"], "昨天又坏了一盏路灯")
    await two.text("BC 新华路的井盖丢了")
    outcome = await two.says("3")
    assert not outcome.effects
    assert "姓名" in check(outcome)
    await two.text("匿名")
    [filed] = [effect for effect in (await two.says("y")).effects if isinstance(effect, FileCase)]
    assert "井盖丢了" in filed.content


@pytest.mark.parametrize("question", ["进度", "补充 昨天又坏了一盏", "撤回"])
async def test_the_question_which_case_expires(two: Simple, question: str) -> None:
    await two.text(question)
    two.now += timedelta(hours=13)
    outcome = await two.says("1")
    assert not outcome.effects
    assert LIFT["number"] not in check(outcome)
    assert "“阳光花园" not in check(outcome)


# codes


async def test_a_case_is_taken_back_by_text_only_with_its_query_code(two: Simple) -> None:
    await two.text("CH")
    assert "查询码" in await two.text("2")
    assert "不对" in await two.text("111111")
    assert two.cases.own[0].open
    outcome = await two.says("384756")
    assert [effect.number for effect in outcome.effects if isinstance(effect, WithdrawCase)] == [LAMP["number"]]
    assert "已撤回" in check(outcome)


async def test_number_and_code_in_one_text_take_it_back_and_no_word_alone_does(two: Simple) -> None:
    for words in (f"撤回 {LAMP['number']}", "确定撤回", "确认", "是", "1"):
        assert not (await two.says(words)).effects, words
    outcome = await two.says(f"CH {LAMP['number']} 384756")
    assert [type(effect) for effect in outcome.effects] == [WithdrawCase]


async def test_who_does_not_want_to_take_it_back_says_so(two: Simple) -> None:
    await two.text(f"撤回{LAMP['number']}")
    assert "继续办理" in await two.text("不撤")
    assert "已撤回" not in await two.text("384756")


async def test_the_code_is_waited_for_so_long(two: Simple) -> None:
    await two.text(f"撤回{LAMP['number']}")
    two.now += timedelta(hours=13)
    assert not (await two.says("384756")).effects


async def test_wrong_codes_are_slowed(two: Simple) -> None:
    await two.text(f"撤回{LAMP['number']}")
    two.cases.slow = True
    assert "2分钟" in await two.text("111111")
    assert not (await two.says(f"CH {LAMP['number']} 111111")).effects


async def test_what_was_written_of_a_case_is_read_by_text_only_with_its_query_code(two: Simple) -> None:
    two.cases.own = [view(**LAMP)]
    told = await two.text("进度")
    assert "办理中" in told
    assert "维修" not in told
    assert "查询码" in told
    assert "维修" not in await two.text("111111")
    assert "维修" in await two.text("384756")
    assert "维修" in await two.text(f"JD{LAMP['number']} 384756")
    assert "维修" in await two.text(f"{LAMP['number']}384756")
    assert "维修" not in await two.text(f"JD{LAMP['number']}")


async def test_the_state_alone_is_told_with_what_opens_more_and_a_strangers_code_opens_no_more(phone: Simple) -> None:
    closed = stranger(LAMP["number"])
    phone.cases.own = [closed]
    told = await phone.text("进度")
    assert closed.label in told
    assert "发送编号和查询码看全文" in told
    phone.cases.own, phone.cases.others = [], {closed.number: (CODE, closed)}
    assert "发送编号" not in await phone.text(f"{closed.number} {CODE}")


async def test_one_sees_what_is_kept_of_oneself_with_the_name_and_number_hidden(phone: Simple) -> None:
    await phone.text(ALL)
    await phone.text("Y")
    told = await phone.text("我的信息")
    assert "王**" in told
    assert "138****8000" in told
    assert "1件" in told
    assert "建国" not in told
