"""``faq``: approved answers, edited as a table: export, import, undo, check, and why an answer is given."""

import asyncio
import json
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.app import common
from bot.cli.errors import NotDone
from bot.cli.processes import log_to_stderr
from bot.cli.scores import print_table
from channels.system_errors import why

if TYPE_CHECKING:
    from bot.answer_file import AnswerFile
    from bot.settings import Settings
    from dialogs.faq.answers import Answer
    from dialogs.faq.search import Finding

app = typer.Typer(help="政策问答：导出、导入、检查、试问", no_args_is_help=True)
_LONGEST_FILE = 16 * 1024 * 1024


class Form(StrEnum):
    """How answers are written down, by the file's ending."""

    CSV = ".csv"
    JSONL = ".jsonl"
    YAML = ".yml"


class TableRefused(NotDone):
    """The file cannot be taken; ``sentence`` says why."""


@app.command("export")
def export(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="写到哪里：.csv（可用 Excel、WPS 打开）、.jsonl 或 .yml")
    ],
) -> None:
    """把正在用的政策问答导出成表格。"""
    from dialogs.faq.tables import to_csv, to_jsonl, to_yaml  # noqa: PLC0415 - only this command needs them

    write = {Form.CSV: to_csv, Form.JSONL: to_jsonl, Form.YAML: to_yaml}[_form(file)]
    answers = _file(ctx).read()
    try:
        _write_new(file, write(answers))
    except OSError as error:
        if isinstance(error, FileExistsError) and not file.is_dir():
            raise TableRefused(f"{file} 已经存在，请换一个文件名") from error
        reason = "这是一个目录，不是文件" if file.is_dir() else why(error)
        raise TableRefused(f"{file} 写不了：{reason}") from error
    typer.echo(f"已导出 {len(answers)} 条到 {file}")


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="表格：.csv、.jsonl 或 .yml，列名和导出的一样")],
    *,
    replace: Annotated[bool, typer.Option("--replace", help="表里没有的条目删掉（不写则保留）")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看会改什么，不真改")] = False,
) -> None:
    """从表格导入政策问答；原来的版本会留着，可用 faq undo 退回。"""
    from dialogs.faq.tables import changes, merged  # noqa: PLC0415

    coming = read_table(file)
    kept = _file(ctx)
    if not dry_run:
        kept.check_place()
    before = kept.read()
    after = coming if replace else merged(before, coming)
    made = changes(before, after)
    if not made:
        typer.echo("没有改动")
        return
    print_table("改动", ("编号", "改动", "改了哪些"), [(one.id, one.what, "、".join(one.fields)) for one in made])
    if dry_run:
        typer.echo(f"共 {len(made)} 处改动；这是试运行，什么也没有改")
        return
    old = kept.write(after, now=datetime.now(UTC))
    typer.echo(f"已导入，{len(made)} 处改动。原来的版本在 {old}；要退回：petition-bot faq undo")


@app.command()
def undo(ctx: typer.Context) -> None:
    """退回上一次导入之前的版本。"""
    kept = _file(ctx)
    kept.undo()
    typer.echo(f"已退回，现有 {len(kept.read())} 条")


@app.command()
def check(ctx: typer.Context) -> None:
    """检查：重复的问法、缺依据、已失效。有错误时退出码为 1。"""
    from dialogs.faq.checking import doubts  # noqa: PLC0415

    answers = _file(ctx).read()
    found = doubts(answers, today=datetime.now().astimezone().date())
    rows = [("错误" if one.wrong else "提醒", one.id, one.sentence) for one in found]
    if rows:
        print_table("检查结果", ("", "编号", "问题"), rows)
    wrong = sum(one.wrong for one in found)
    typer.echo(f"{len(answers)} 条，{wrong} 处错误，{len(found) - wrong} 处提醒")
    if wrong:
        raise typer.Exit(1)


@app.command()
def ask(
    ctx: typer.Context,
    question: Annotated[str, typer.Argument(metavar="问题", help="市民会怎么问")],
    *,
    district: Annotated[str, typer.Option(help="提问人所在的区县")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象")] = False,
) -> None:
    """试问一句：会怎么答，为什么。"""
    from bot.cli.evaluate_faq import why_without  # noqa: PLC0415
    from bot.cli.finding import tell_finding  # noqa: PLC0415

    settings = common(ctx).settings()
    log_to_stderr(settings, level="warning")
    finding = asyncio.run(_asked(settings, _file(ctx).read(), question, district))
    told: dict[str, Any] = {
        "decision": "answer" if finding.sure else "offer" if finding.near else "unknown",
        "by": finding.by,
        "found": [{"id": one.answer.id, "question": one.answer.question, "asked": one.asked} for one in finding.found],
        "why": finding.why,
    }
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, sort_keys=True))
    else:
        tell_finding(finding, without="" if finding.by == "meaning" else why_without(settings))


def _write_new(file: Path, text: str) -> None:
    """All of it or nothing, and never over a table that may have been edited."""
    with file.open("x", encoding="utf-8", newline="") as new:
        try:
            new.write(text)
            new.flush()
        except OSError:
            file.unlink(missing_ok=True)  # half a table would stand in the way of the next attempt
            raise


def read_table(path: Path) -> "tuple[Answer, ...]":
    """The answers of a file that an editor saved; Excel's own encoding is understood too.

    Raises:
        TableRefused: it cannot be read.
        AnswersRefused: naming every wrong row.
    """
    from dialogs.faq.answers import AnswersRefused  # noqa: PLC0415
    from dialogs.faq.tables import from_csv, from_jsonl, from_yaml  # noqa: PLC0415

    try:
        if path.stat().st_size > _LONGEST_FILE:
            raise TableRefused(f"{path} 太大（最大 16 MiB）")
        read = {Form.CSV: from_csv, Form.JSONL: from_jsonl, Form.YAML: from_yaml}[_form(path)]
        content = path.read_bytes()
    except OSError as error:
        raise TableRefused(f"{path} 读不了：{why(error)}") from error
    try:
        return read(_decoded(content, path))
    except AnswersRefused as wrong:
        raise AnswersRefused(*wrong.problems, file=str(path), outcome="什么也没有导入") from wrong


def _decoded(content: bytes, path: Path) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableRefused(f"{path} 的编码认不出来，请另存为“CSV UTF-8”")


def _form(path: Path) -> Form:
    ending = ".yml" if path.suffix.lower() == ".yaml" else path.suffix.lower()
    try:
        return Form(ending)
    except ValueError as error:
        raise TableRefused(f"{path}：文件名要以 .csv、.jsonl 或 .yml 结尾（Excel 请另存为“CSV UTF-8”）") from error


def _file(ctx: typer.Context) -> "AnswerFile":
    from bot.answer_file import AnswerFile  # noqa: PLC0415
    from dialogs.files import DialogFiles  # noqa: PLC0415

    files = DialogFiles(folder=common(ctx).settings().dialog.files)
    files.check_folder()
    return AnswerFile(files)


async def _asked(settings: "Settings", answers: "tuple[Answer, ...]", question: str, district: str) -> "Finding":
    from bot.cli.evaluate_faq import some_embedder  # noqa: PLC0415
    from dialogs.faq.search import Answers  # noqa: PLC0415
    from dialogs.ports import EmbedderAway  # noqa: PLC0415

    searched = Answers(answers)
    today = datetime.now().astimezone().date()
    light = await searched.find(question, today=today, district=district)
    if light.sure:
        return light
    async with some_embedder(settings) as embedder:
        if embedder is None:
            return light
        try:
            await searched.prepare(embedder)
        except EmbedderAway:
            return light
        return await searched.find(question, today=today, district=district, embedder=embedder)
