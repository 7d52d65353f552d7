import asyncio
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from ruamel.yaml import YAML

from bot.phone.explaining import ExplanationAway, lines
from bot.phone.links import choices_in, pieces
from bot.phone.screen import Screen
from bot.phone.session import Session
from bot.plain_values import FORMS, NAMES, plainly
from channels.sandbox import SandboxRefused, Seen
from channels.sandbox.media import picture_type
from dialogs.files import DialogFiles


class FakePhone:
    """Records what is done on it, shows what a test lays into it."""

    def __init__(self) -> None:
        self.done: list[Any] = []
        self.coming: asyncio.Queue[Seen] = asyncio.Queue()

    def __getattr__(self, deed: str) -> Any:
        async def do(*values: Any, **more: Any) -> None:
            if deed == "follow":
                raise SandboxRefused("已经关注了")
            self.done.append((deed, *values, *more.values()))

        return do

    async def next(self, _seconds: float) -> list[Seen]:
        return [await self.coming.get()]


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def phone() -> FakePhone:
    return FakePhone()


@pytest.fixture
def session(phone: FakePhone, output: io.StringIO) -> Session:
    return Session(phone, Screen(Console(file=output, width=100)))  # type: ignore[arg-type]


def seen(kind: str, type_: str, text: str = "", **data: Any) -> Seen:
    return Seen(kind=kind, type=type_, text=text, data=data, at="")


async def shown(session: Session, phone: FakePhone, item: Seen) -> None:
    listening = asyncio.create_task(session.listen())
    phone.coming.put_nowait(item)
    await session.answered.wait()
    listening.cancel()


async def test_words_are_said_and_commands_are_done(session: Session, phone: FakePhone) -> None:
    for line in ("路灯坏了", "/voice", "/unfollow", "/loc 36.7 119.1 东风东街 5 号", "/pic"):
        assert await session.hear(line)
    assert phone.done[:4] == [
        ("say", "路灯坏了"),
        ("voice",),
        ("unfollow",),
        ("location", 36.7, 119.1, "东风东街 5 号"),
    ]
    assert picture_type(phone.done[4][1]) == "image/png"


async def test_a_picture_of_ones_own_is_sent(session: Session, phone: FakePhone, tmp_path: Path) -> None:
    (tmp_path / "a b.jpg").write_bytes(b"\xff\xd8\xffabc")
    await session.hear(f"/pic {tmp_path}/a b.jpg")
    assert phone.done == [("picture", b"\xff\xd8\xffabc")]


@pytest.mark.parametrize("line", ["/pic /nowhere.jpg", "/loc here", "/loc 1", "/follow", "/what", ""])
async def test_what_cannot_be_done_is_said_and_the_chat_goes_on(
    session: Session, phone: FakePhone, output: io.StringIO, line: str
) -> None:
    assert await session.hear(line)
    assert phone.done == []
    assert session.answered.is_set()
    assert output.getvalue() or not line


@pytest.mark.parametrize("line", ["/quit", "/exit", "/q"])
async def test_the_person_may_leave(session: Session, line: str) -> None:
    assert not await session.hear(line)


async def test_a_reply_is_shown_as_it_is(session: Session, phone: FakePhone, output: io.StringIO) -> None:
    await shown(session, phone, seen("passive", "text", "您好 [bold]请讲[/bold]\n第二行"))
    assert "您好 [bold]请讲[/bold]" in output.getvalue()
    assert "第二行" in output.getvalue()


async def test_a_notice_is_a_card_with_its_kind(session: Session, phone: FakePhone, output: io.StringIO) -> None:
    rows = [{"label": "办理状态", "value": "已受理"}]
    await shown(session, phone, seen("template", "card", "办理进度提醒", rows=rows))
    for word in ("模板消息", "办理进度提醒", "办理状态", "已受理"):
        assert word in output.getvalue()


async def test_a_number_below_a_menu_taps_the_choice(session: Session, phone: FakePhone) -> None:
    choices = [{"id": "7", "content": "反映诉求"}, {"id": "8", "content": "查询进度"}]
    await shown(session, phone, seen("customer_service", "menu", "请选择", choices=choices))
    await session.hear("2")
    await session.hear("3")
    assert phone.done == [("say", "查询进度", "8"), ("say", "3")]


MENU = (
    '请选择\n<a href="weixin://bizmsgmenu?msgmenucontent=查进度&msgmenuid=%2Fshow">查进度</a>\n'
    '<a href="weixin://bizmsgmenu?msgmenucontent=人工&amp;msgmenuid=2">人工</a>'
)


async def test_links_that_tap_are_buttons(session: Session, phone: FakePhone, output: io.StringIO) -> None:
    await shown(session, phone, seen("passive", "text", MENU))
    assert [output.getvalue().count(shown) for shown in ("〔查进度〕", "〔人工〕")] == [1, 1]
    assert "<a" not in output.getvalue()
    for line in ("/tap 1", "/tap 人工", "/tap 9", "2"):
        await session.hear(line)
    assert phone.done == [("say", "查进度", "/show"), ("say", "人工", "2"), ("say", "2")]


SUMMARY = (
    "以上内容对吗？\n"
    '1　<a href="weixin://bizmsgmenu?msgmenucontent=确认&msgmenuid=1">确认</a>　'
    '2　<a href="weixin://bizmsgmenu?msgmenucontent=我要改内容&msgmenuid=2">修改</a>'
)


async def test_choices_within_a_text_are_read_and_tapped_where_they_stand(
    session: Session, phone: FakePhone, output: io.StringIO
) -> None:
    """The words once were cut out of the line, which then read "1　2", and were repeated below it."""
    await shown(session, phone, seen("passive", "text", SUMMARY))
    lines = [line.strip("│ ") for line in output.getvalue().splitlines()[1:-1]]
    assert lines == ["以上内容对吗？", "1　〔确认〕　2　〔修改〕"]
    await session.hear("/tap 修改")
    await session.hear("/tap 我要改内容")
    assert phone.done == [("say", "我要改内容", "2")] * 2


def test_links_to_pages_show_where_they_lead() -> None:
    text = '见<a class="x" href="https://a.example/?b=1&amp;c=2">这里</a>。'
    assert "".join(piece.text for piece in pieces(text)) == "见这里 https://a.example/?b=1&c=2。"
    assert choices_in(text) == []


@given(st.text(), st.text("wexin:/?&;=%[]a1"))
def test_any_text_can_be_shown(text: str, address: str) -> None:
    pieces(f'{text}<a href="{address}">{text}</a>')


async def test_a_number_is_a_word_where_no_menu_is_shown(session: Session, phone: FakePhone) -> None:
    await session.hear("1")
    assert phone.done == [("say", "1")]


class FakeExplainer:
    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)

    async def __call__(self) -> list[str]:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return list(answer)


TOLD = {
    "intent": "inform",
    "confidence": 0.91,
    "by": "light",
    "text": "",
    "ranking": [{"intent": "inform", "confidence": 0.91}, {"intent": "thanks", "confidence": 0.05}],
    "entities": {"kind": "x"},
    "form": "petition_form",
    "asked": "petition_phone",
    "slots": {"petition_matter": "路灯坏了" * 20},
}


def test_what_was_understood_is_told_in_short_lines() -> None:
    told = lines(TOLD)
    assert told[:4] == [
        "意图 inform 0.91（字符模型）",
        "其次 thanks 0.05",
        "听出 种类：x",
        "正在登记诉求，在问手机号",
    ]
    assert len(told[4]) < 80
    assert lines(
        {**TOLD, "intent": None, "confidence": 0.0, "by": "", "ranking": [], "entities": {}, "form": None}
    ) == [
        "意图 没有听懂 0.00",
        told[4],
    ]


def test_no_value_is_told_as_a_program_writes_it() -> None:
    slots = {
        "petition_anonymous": True,
        "petition_behalf": None,
        "last_answer": {"id": "review", "at": "2026-11-22T07:58:19.182000+00:00"},
        "petition_parts": ["路灯坏了", "井盖\n没了"],
        "petition_pending": [{"value": False}],
        "own_slot": 0.5,
    }
    told = lines({**TOLD, "slots": slots, "entities": {"danger": None}})
    assert "听出 险情：无" in told
    assert told[-1] == (
        "已记下 匿名：是；替谁反映：无；上一条回答：编号：review，时间：2026-11-22 15:58；几件事：路灯坏了、井盖 没了；"
        "待核对的：（内容：否）；own_slot：0.50"
    )


def test_every_slot_that_is_told_has_a_chinese_name() -> None:
    domain = YAML(typ="safe").load(DialogFiles.shipped("domain.yml"))
    hidden = {"petition_message_ids", "addition_message_ids", "policy_why"}
    assert [name for name in {*domain["slots"], *domain["entities"]} - hidden if name not in NAMES] == []
    assert set(domain["forms"]) == set(FORMS)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda each: st.lists(each) | st.dictionaries(st.text(), each),
    )
)
def test_any_value_is_told_in_one_line(value: Any) -> None:
    assert len(plainly(value).splitlines()) <= 1


def test_why_an_answer_was_chosen_is_told() -> None:
    policy = {"by": "meaning", "sure": True, "found": [{"id": "review", "asked": "怎么申请复查", "score": 0.83}]}
    assert "问答 有把握（按意思找）：review 0.83 ←“怎么申请复查”" in lines({**TOLD, "policy": policy})
    assert "问答 没有相近的（按字词找）" in lines({**TOLD, "policy": {"by": "characters", "sure": False, "found": []}})


async def test_explaining_is_switched_on_and_off_and_never_looks_like_the_bot(
    phone: FakePhone, output: io.StringIO
) -> None:
    screen = Screen(Console(file=output, width=100))
    session = Session(phone, screen, FakeExplainer(["意图 greet 1.00"], ExplanationAway("接口连不上")))  # type: ignore[arg-type]
    await shown(session, phone, seen("passive", "text", "您好"))
    assert "⚙" not in output.getvalue()
    assert await session.hear("/explain")
    assert phone.done == []
    session.answered.clear()
    await shown(session, phone, seen("passive", "text", "您好"))
    assert "⚙ 意图 greet 1.00" in output.getvalue().splitlines()
    session.answered.clear()
    await shown(session, phone, seen("passive", "text", "您好"))
    assert "接口连不上" in output.getvalue()
    assert await session.hear("/explain")
    session.answered.clear()
    await shown(session, phone, seen("passive", "text", "您好"))


async def test_without_a_token_nothing_can_be_explained(session: Session, output: io.StringIO) -> None:
    await session.hear("/explain")
    assert "令牌" in output.getvalue()
    assert not session.explains
