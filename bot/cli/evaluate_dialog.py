"""``evaluate dialog``: conversations played against the bot, without any server."""

import asyncio
import sys
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.app import common
from bot.cli.progress import progress
from bot.cli.scores import print_table, shown, tell

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.settings import Settings
    from bot.understanding.opening import Opened
    from dialogs.evaluating.dialog import Judged
    from dialogs.evaluating.script import Conversation
    from dialogs.files import DialogFiles
    from dialogs.understanding import Understanding

_LOOK_EVERY = 0.25
_TELL_AFTER = 1.0
_LABELS = {
    "success_rate": "成功率",
    "conversations": "对话数",
    "filed": "登记成功的对话",
    "turns_to_file_median": "登记所需轮数（中位数）",
    "turns_to_file_median_complete": "一次说全的登记轮数（中位数）",
    "asked_again": "重复询问已说过的内容（次）",
}


def dialog(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE_OR_DIR", help="对话文件（YAML），或放着它们的目录")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象")] = False,
    transcripts: Annotated[bool, typer.Option("--transcripts", help="打印没有成功的对话全文")] = False,
    all_transcripts: Annotated[bool, typer.Option("--all-transcripts", help="打印所有对话全文")] = False,
    models: Annotated[
        bool, typer.Option("--models/--no-models", help="是否用上训练好的模型；没有训练过时先训练，约一两分钟")
    ] = True,
    only: Annotated[str, typer.Option(help="只跑名称或标签里含有这个词的对话")] = "",
) -> None:
    """让模拟市民和机器人对话：成功率、登记要几轮、有没有重复问已经说过的。格式见 docs/evaluating-dialogs.md。"""
    from bot.observability import configure_logging  # noqa: PLC0415 - only this command needs them
    from bot.redaction import Redactor  # noqa: PLC0415
    from dialogs.evaluating.dialog import score, transcript  # noqa: PLC0415

    conversations = [one for one in read_all(file) if only in one.name or only in one.tags]
    settings = common(ctx).settings()
    configure_logging(level="warning", redactor=Redactor(settings.secrets()))
    judged = asyncio.run(_understood(conversations, settings, models=models, quiet=as_json))
    scores = score(judged)
    for one in judged:
        if all_transcripts or (transcripts and not one.success):
            typer.echo(transcript(one) + "\n", err=as_json)
    tell(scores, title="对话评测", labels=_LABELS, as_json=as_json)
    if not as_json:
        _tell_details(scores)


def read_all(path: Path) -> "list[Conversation]":
    """The conversations of a file, or of every YAML file in a folder.

    Raises:
        ScriptRefused: naming file, line or conversation.
    """
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    from dialogs.engine.files import yaml_files  # noqa: PLC0415
    from dialogs.evaluating.script import ScriptRefused, read_conversations  # noqa: PLC0415
    from dialogs.wrong_files import unreadable, yaml_line, yaml_wrong  # noqa: PLC0415
    from dialogs.yaml_text import read_yaml  # noqa: PLC0415

    found: list[Conversation] = []
    for file in yaml_files([path]):
        try:
            raw = read_yaml(file.read_text(encoding="utf-8"))
        except YAMLError as error:
            line = yaml_line(error)
            raise ScriptRefused(str(file), (f"第{line}行" if line else "") + yaml_wrong(error)) from error
        except (UnicodeDecodeError, OSError) as error:
            raise ScriptRefused(str(file), unreadable(error)) from error
        found += read_conversations(raw, file.name)
    if not found:
        raise ScriptRefused(str(path), "目录里没有对话文件（.yml）" if path.is_dir() else "没有对话")
    return found


async def _understood(
    conversations: "Sequence[Conversation]", settings: "Settings", *, models: bool, quiet: bool
) -> "list[Judged]":
    from dialogs.files import DialogFiles  # noqa: PLC0415
    from dialogs.understanding import Understanding  # noqa: PLC0415

    files = DialogFiles(folder=settings.dialog.files)
    files.check_folder()
    if not models:
        return await _played(conversations, files, Understanding(), quiet=quiet)
    async with _learned(settings) as understanding:
        return await _played(conversations, files, understanding, quiet=quiet)


@asynccontextmanager
async def _learned(settings: "Settings") -> "AsyncIterator[Understanding]":
    """What the service would understand with; where it has not learned yet, it learns first."""
    import aiohttp  # noqa: PLC0415

    from bot.metrics import Metrics  # noqa: PLC0415
    from bot.understanding.opening import open_understanding  # noqa: PLC0415

    async with (
        aiohttp.ClientSession() as http,
        open_understanding(settings, http, Metrics(), patience=0.0, warms=True) as opened,
    ):
        minding = asyncio.create_task(opened.minder.run())
        try:
            await _wait_for_intents(opened, settings.understanding.training_seconds)
            yield opened.understanding
        finally:
            minding.cancel()
            await asyncio.gather(minding, return_exceptions=True)


async def _wait_for_intents(opened: "Opened", seconds: float) -> None:
    waited = 0.0
    while not opened.minder.settled and waited < seconds:
        if waited == _TELL_AFTER:
            print("正在训练意图模型（只有第一次需要）…", file=sys.stderr)
        await asyncio.sleep(_LOOK_EVERY)
        waited += _LOOK_EVERY
    if opened.understanding.intents is None:
        print("意图模型没有训练好，只用规则评测", file=sys.stderr)


async def _played(
    conversations: "Sequence[Conversation]", files: "DialogFiles", understanding: "Understanding", *, quiet: bool
) -> "list[Judged]":
    from dialogs.build import build_manager  # noqa: PLC0415
    from dialogs.evaluating.city import OFFICE, FixedChance  # noqa: PLC0415
    from dialogs.evaluating.dialog import judge  # noqa: PLC0415
    from dialogs.evaluating.playing import Town, play_all  # noqa: PLC0415
    from dialogs.faq.answers import load_answers  # noqa: PLC0415
    from dialogs.faq.search import Answers  # noqa: PLC0415
    from dialogs.ports import EmbedderAway  # noqa: PLC0415

    approved = load_answers(files.answers)
    answers = Answers(approved)
    if understanding.embedder is not None:
        with suppress(EmbedderAway):  # then they are found by their characters
            await answers.prepare(understanding.embedder)
    town = Town()
    chance = Random(0)  # noqa: S311 - only wording hangs on it
    manager = build_manager(
        town, FixedChance(), office=OFFICE, files=files, answers=answers, understanding=understanding, variation=chance
    )
    texts = {answer.id: answer.text for answer in approved}
    with progress("对话", len(conversations), quiet=quiet) as advance:
        played = await play_all(conversations, town, manager, after_each=lambda _: advance(1))
    return [judge(one, texts) for one in played]


def _tell_details(scores: dict[str, Any]) -> None:
    rows = [(tag, str(of["conversations"]), shown(of["success_rate"])) for tag, of in scores["by_tag"].items()]
    print_table("按标签", ("标签", "对话数", "成功率"), rows)
    if scores["failures"]:
        failed = [(one["name"], "\n".join(one["problems"])) for one in scores["failures"]]
        print_table("没有成功的（全文用 --transcripts 看）", ("对话", "原因"), failed)
