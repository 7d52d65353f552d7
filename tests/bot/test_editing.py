"""What staff edited reaches the dialog of every process, over the files; and what nobody could answer is noted."""

import asyncio
import uuid
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from edit_lines import edit_line
from waiting import awaited

from bot.editing.layer import EditLayer
from bot.live_dialog import LiveDialog
from bot.metrics import Metrics
from bot.turns.in_vain import asked_in_vain, redacted
from channels.messages import Address, Inbound, Kind
from dialogs.actions import Office
from dialogs.build import build_manager
from dialogs.faq.answers import load_answers
from dialogs.files import DialogFiles
from dialogs.outcome import Heard, Outcome, Person, Reply
from storage.edits import Edit, EditAct, EditKind
from storage.errors import StorageAway
from storage.records import ArrivalState, ArrivedMessage
from storage.store import Store

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
ADDRESS = Address(channel="wechat", account="main", sender="o-1")
PERSON = Person(conversation_id="wechat:main:p1", address=ADDRESS, first_contact=False)


class NoCases:
    async def mine(self, conversation_id):
        return ()

    async def find(self, *, number, code, conversation_id):
        return None

    async def draw_number(self, *, message_id, at):
        return "WF261121001237"


class Chance:
    def query_code(self) -> str:
        return "384756"


def message(text: str) -> Inbound:
    return Inbound(address=ADDRESS, message_id="1", kind=Kind.TEXT, text=text, sent_at=NOW, received_at=NOW)


async def say(live, text: str) -> Outcome:
    return await live.turn({}, [Heard(id="m1", message=message(text))], PERSON, NOW)


@pytest.fixture
async def store(database, vault) -> Store:
    return await Store.open(database, vault)


async def put(store: Store, kind: EditKind, key: str, act: EditAct = EditAct.SET, **content: object) -> Edit:
    """Somebody wrote it and somebody else passed it."""
    edit = Edit(kind=kind, key=key, number=0, act=act, content=content, author="a", made_at=NOW)
    return await store.edits.make_live(
        await store.edits.propose(edit, edit_line), edit_line, by="b", name="赵审", at=NOW
    )


async def test_what_was_passed_is_said_from_the_next_turn_on(store: Store) -> None:
    layer, reloaded = EditLayer(store.edits, DialogFiles()), asyncio.Event()

    async def swapped(_files: DialogFiles) -> None:
        reloaded.set()

    make = partial(build_manager, NoCases(), Chance(), office=Office(), files=layer.files)
    live = LiveDialog(layer.files, make, metrics=Metrics(), swapped=swapped, bring=layer.bring, poll_seconds=0.05)
    watching = asyncio.create_task(live.watch())
    try:
        await put(store, EditKind.WORDING, "utter_thanks", variants=[{"text": "应该的，再见。"}])
        await awaited(reloaded.wait(), "the wording is taken over")
        assert [reply.text for reply in (await say(live, "谢谢")).replies] == ["应该的，再见。"]
        reloaded.clear()
        await put(store, EditKind.WORDING, "utter_thanks", EditAct.RESTORE)
        await awaited(reloaded.wait(), "the files' own wording is back")
        assert "不客气" in (await say(live, "谢谢")).replies[0].text
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        layer.close()


async def test_edits_lie_over_the_offices_own_files_and_follow_them(store: Store, tmp_path: Path) -> None:
    own = "- id: {}\n  question: 问\n  answer: 答\n  source: 《办法》第一条\n  valid_from: 2026-01-01\n"
    (tmp_path / "answers.yml").write_text(own.format("first"), encoding="utf-8")
    layer = EditLayer(store.edits, DialogFiles(folder=tmp_path))
    content = {"question": "问二", "answer": "答二", "source": "《办法》第二条", "valid_from": "2026-01-01"}
    await put(store, EditKind.ANSWER, "second", id="second", **content)
    await layer.bring()
    assert [each.id for each in load_answers(layer.files.answers)] == ["first", "second"]
    (tmp_path / "answers.yml").write_text(own.format("other"), encoding="utf-8")
    await layer.bring()
    assert [each.id for each in load_answers(layer.files.answers)] == ["other", "second"]
    # A file that is broken is found broken, not hidden by what lies over it.
    (tmp_path / "answers.yml").write_text("- id: broken\n", encoding="utf-8")
    await layer.bring()
    assert layer.files.answers == tmp_path / "answers.yml"
    layer.close()


async def test_where_the_store_is_away_what_was_brought_stays(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = EditLayer(store.edits, DialogFiles())
    await put(store, EditKind.ANSWER, "extension", EditAct.REMOVE)
    await layer.bring()

    async def away() -> int:
        raise StorageAway("away")

    monkeypatch.setattr(store.edits, "passed", away)
    await layer.bring()
    assert "extension" not in {each.id for each in load_answers(layer.files.answers)}
    layer.close()


def arrived(text: str) -> list[ArrivedMessage]:
    name = uuid.uuid4().hex
    facts = {"conversation_id": "wechat:main:p1", "arrived_ns": 1, "arrived_at": NOW}
    return [ArrivedMessage(id=name, message=message(text), state=ArrivalState.PENDING, **facts)]


async def noted(store: Store, text: str, response: str = "utter_policy_unknown") -> list[str]:
    outcome = Outcome(state={}, replies=[Reply(text="不知道", response=response)], at=NOW)
    await store.committer.commit(list(asked_in_vain(store, arrived(text), outcome, NOW)))
    return [each.text for each in await store.questions.open(10)]


async def test_a_question_nobody_could_answer_is_noted_without_who_asked(store: Store) -> None:
    assert await noted(store, "我叫王建国，电话13800138000，学区怎么划分") == [
        "我叫王**，电话138****8000，学区怎么划分"
    ]


@pytest.mark.parametrize(
    ("text", "response"),
    [
        ("学区怎么划分", "utter_policy"),
        ("我要举报李局长受贿，该找哪个部门", "utter_policy_unknown"),
        ("字" * 121, "utter_policy_unknown"),
    ],
    ids=["answered", "an accusation", "a matter of one's own"],
)
async def test_what_is_no_question_for_everybody_is_not_noted(store: Store, text: str, response: str) -> None:
    assert await noted(store, text, response) == []


async def test_the_dialog_names_the_wording_by_which_it_says_that_it_does_not_know() -> None:
    outcome = await say(build_manager(NoCases(), Chance(), office=Office()), "新能源车补贴政策还有吗")
    assert [reply.response for reply in outcome.replies if "没有可以作准的答复" in reply.text] == [
        "utter_policy_unknown"
    ]


def test_numbers_and_the_writers_name_are_hidden() -> None:
    shown = redacted("我叫王建国，卡号6222021234567890123丢了怎么办")
    assert shown.startswith("我叫王**，卡号")
    assert shown.endswith("丢了怎么办")
    assert "2021234567890" not in shown
