"""Dialog files are edited while people talk: good edits take over between turns, bad ones change nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from waiting import awaited, soon

from bot.live_dialog import LiveDialog
from bot.metrics import Metrics
from channels.messages import Address, Inbound, Kind
from dialogs.actions import Office
from dialogs.build import build_manager
from dialogs.files import DialogFiles
from dialogs.outcome import Heard, Person
from dialogs.ports import CaseView

ADDRESS = Address(channel="wechat", account="main", sender="o-1")
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
PERSON = Person(conversation_id="wechat:main:p1", address=ADDRESS, first_contact=False)


class NoCases:
    async def mine(self, conversation_id: str) -> Sequence[CaseView]:
        return ()

    async def find(self, *, number: str, code: str | None, conversation_id: str) -> CaseView | None:
        return None

    async def draw_number(self, *, message_id: str, at: datetime) -> str:
        return "WF261121001237"


class Chance:
    def query_code(self) -> str:
        return "384756"


class Talk:
    """One person's conversation, whose state is kept as JSON between turns."""

    def __init__(self, live: LiveDialog) -> None:
        self.live = live
        self.state: Mapping[str, Any] = {}
        self.count = 0

    async def says(self, text: str) -> str:
        self.count += 1
        message = Inbound(
            address=ADDRESS, message_id=str(self.count), kind=Kind.TEXT, text=text, sent_at=NOW, received_at=NOW
        )
        outcome = await self.live.turn(self.state, [Heard(id=f"m{self.count}", message=message)], PERSON, NOW)
        self.state = json.loads(json.dumps(outcome.state))
        return "\n".join(reply.text for reply in outcome.replies)


class Editing:
    """A live dialog over a folder, and what an editor does to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = DialogFiles(folder=folder)
        self.metrics = Metrics()
        self.reloaded = asyncio.Event()
        make = partial(build_manager, NoCases(), Chance(), office=Office(), files=self.files)
        self.live = LiveDialog(self.files, make, metrics=self.metrics, swapped=self._swapped, poll_seconds=0.05)

    async def _swapped(self, files: DialogFiles) -> None:
        assert files is self.files
        self.reloaded.set()

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        text = self.files.path(name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    async def taken_over(self) -> None:
        await awaited(self.reloaded.wait(), "the edit is taken over")
        self.reloaded.clear()

    async def refused(self) -> tuple[str, ...]:
        await soon(lambda: self.live.problems, "the edit is refused")
        return self.live.problems

    def counted(self, outcome: str) -> float:
        return self.metrics.registry.get_sample_value("petition_dialog_reloads_total", {"outcome": outcome}) or 0.0


@pytest.fixture
async def editing(tmp_path: Path) -> AsyncIterator[Editing]:
    editing = Editing(tmp_path)
    watching = asyncio.create_task(editing.live.watch())
    yield editing
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


THANKS = "responses:\n  utter_thanks:\n    - text: {}\n"


async def test_a_changed_response_is_said_from_the_next_turn_on(editing: Editing) -> None:
    talk = Talk(editing.live)
    assert "不客气" in await talk.says("谢谢")
    editing.write("responses.yml", THANKS.format("应该的。"))
    await editing.taken_over()
    assert await talk.says("谢谢") == "应该的。"
    assert editing.counted("swapped") == 1


async def test_a_petition_that_is_being_told_goes_on_over_an_edit(editing: Editing) -> None:
    talk = Talk(editing.live)
    await talk.says("东风东街幸福小区路灯坏了一个多月")
    editing.write(
        "responses.yml", "responses:\n  utter_ask_petition_phone:\n    - text: 手机号？\n    - text: 留个电话？\n"
    )
    editing.change("domain.yml", "  quiet: *custom\n", "  quiet: *custom\n  ward: *custom\n")
    editing.change("nlu.yml", "nlu:\n", "nlu:\n  - intent: ask_weather\n    examples: |\n      - 明天下雨吗\n")
    editing.change("domain.yml", "intents:\n", "intents:\n  - ask_weather\n")
    await editing.taken_over()
    asked = await talk.says("我叫王建国")
    assert "手机号？" in asked or "留个电话？" in asked
    summary = await talk.says("13800138000")
    assert all(part in summary for part in ("请核对", "幸福小区", "王建国"))


async def test_a_slot_that_an_edit_takes_away_does_not_drop_the_conversation(editing: Editing) -> None:
    editing.change("domain.yml", "  quiet: *custom\n", "  quiet: *custom\n  ward: *custom\n")
    await editing.taken_over()
    talk = Talk(editing.live)
    await talk.says("东风东街幸福小区路灯坏了一个多月")
    talk.state["engine"]["slots"]["ward"] = "奎文"
    editing.change("domain.yml", "  ward: *custom\n", "  quarter: *custom\n")
    await editing.taken_over()
    assert "手机" in await talk.says("我叫王建国")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("responses.yml", "responses:\n  utter_thanks:\n   - text: 'a\n", "responses.yml"),
        (
            "rules.yml",
            "rules:\n  - rule: x\n    steps:\n      - intent: nobody\n      - action: action_greet\n",
            "nobody",
        ),
        ("answers.yml", "- id: a\n  question: b\n", "a"),
        ("nlu.yml", "nlu: [oops\n", "nlu"),
    ],
)
async def test_a_broken_edit_is_refused_and_the_old_dialog_stays(
    editing: Editing, name: str, text: str, told: str
) -> None:
    talk = Talk(editing.live)
    editing.write(name, text)
    assert told in "\n".join(await editing.refused())
    assert "不客气" in await talk.says("谢谢")
    assert editing.counted("refused") == 1


WORDS = "王建国13800138000说阳光小区路灯坏了"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nlu.yml", f"nlu:\n  - intent: {WORDS}\n    examples: |\n      - {WORDS}\n"),
        ("nlu.yml", f"nlu: [{WORDS}\n"),
        ("answers.yml", f"- id: {WORDS}\n  question: {WORDS}\n"),
        ("responses.yml", f"responses:\n  {WORDS}:\n    - text: {WORDS}\n"),
    ],
)
async def test_the_log_tells_where_an_edit_is_wrong_and_none_of_its_words(
    editing: Editing, name: str, text: str
) -> None:
    with capture_logs() as logs:
        editing.write(name, text)
        await editing.refused()
    (refused,) = [line for line in logs if line["event"] == "dialog.edit_refused"]
    assert any(place.startswith(f"{name}:") for place in refused["where"])
    assert not any(part in str(logs) for part in ("王建国", "13800138000", "阳光小区"))


async def test_what_breaks_while_the_dialog_is_built_is_named_by_its_kind_alone(editing: Editing) -> None:
    def breaks() -> Any:
        raise ValueError(WORDS)

    editing.live._build = breaks
    with capture_logs() as logs:
        editing.write("responses.yml", THANKS.format("应该的。"))
        await editing.refused()
    (refused,) = [line for line in logs if line["event"] == "dialog.edit_refused"]
    assert refused["where"] == ["ValueError"]
    assert WORDS not in str(logs)


async def test_an_edit_that_is_taken_back_is_no_longer_complained_of(editing: Editing) -> None:
    editing.write("nlu.yml", "nlu: [oops\n")
    await editing.refused()
    (editing.folder / "nlu.yml").unlink()
    await soon(lambda: not editing.live.problems, "nothing is complained of")
    assert editing.counted("swapped") == 0


async def test_a_file_that_was_only_saved_again_changes_nothing(
    editing: Editing, monkeypatch: pytest.MonkeyPatch
) -> None:
    editing.write("responses.yml", THANKS.format("应该的。"))
    await editing.taken_over()
    read: list[str] = []
    fingerprint = DialogFiles.fingerprint
    monkeypatch.setattr(DialogFiles, "fingerprint", lambda files: read.append(found := fingerprint(files)) or found)
    for times in (1, 2):  # whatever came of the first is done when the second is read
        editing.write("responses.yml", THANKS.format("应该的。"))
        editing.live.look_now()
        await soon(lambda times=times: len(read) >= times, "it is read again")
    assert editing.counted("swapped") == 1
