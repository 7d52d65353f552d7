"""``check``: looks over what people edit, before it goes into use."""

import asyncio
import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.app import common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dialogs.checking.findings import Finding
    from dialogs.files import DialogFiles

app = typer.Typer(help="检查：改好的文件在启用前先看一遍（不需要服务器）", no_args_is_help=True)


class NoFolder(Exception):
    """There is no such folder; ``sentence`` says so."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self.sentence = f"{folder} 是一个文件，请写它所在的目录" if folder.is_file() else f"没有目录 {folder}"


@app.callback()
def _group() -> None:
    """Keeps ``check dialogs`` two words while there is one command."""


@app.command()
def dialogs(
    ctx: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="对话文件所在目录；不写就按设置里的 dialog.files")
    ] = None,
    *,
    train: Annotated[
        bool | None,
        typer.Option(
            "--train/--quick", help="是否训练一次意图模型来找混淆的例句，约半分钟；不写时，nlu.yml 是本单位的才训练"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象")] = False,
) -> None:
    """检查对话文件：格式、没用到和走不到的、缺少的说法、花括号、互相矛盾的例句、短信长度。有错误时退出码为 1。"""
    from dialogs.checking.check import check_dialogs  # noqa: PLC0415 - only this command needs them
    from dialogs.checking.findings import as_json as findings_as_json  # noqa: PLC0415
    from dialogs.checking.findings import errors  # noqa: PLC0415
    from dialogs.files import DialogFiles  # noqa: PLC0415

    if folder is not None and not folder.is_dir():
        raise NoFolder(folder)
    files = DialogFiles(folder=folder if folder is not None else common(ctx).settings().dialog.files)
    findings = check_dialogs(files, today=datetime.now().astimezone().date())
    if not errors(findings) and (files.own("nlu.yml") is not None if train is None else train):
        typer.echo("正在训练意图模型，看有没有混淆的例句…", err=True)
        findings += asyncio.run(_confused(files))
    if as_json:
        typer.echo(json.dumps(findings_as_json(findings), ensure_ascii=False, sort_keys=True))
    else:
        _tell(findings)
    raise typer.Exit(1 if errors(findings) else 0)


def _tell(findings: "Sequence[Finding]") -> None:
    from dialogs.checking.findings import Level  # noqa: PLC0415

    for level, mark in ((Level.ERROR, "✗"), (Level.WARNING, "！")):
        for finding in findings:
            if finding.level is level:
                typer.echo(f"{mark} {finding.told}")
    wrong = sum(finding.level is Level.ERROR for finding in findings)
    typer.echo(f"{wrong} 处错误，{len(findings) - wrong} 处提醒" if findings else "没有问题")


async def _confused(files: "DialogFiles") -> "list[Finding]":
    """Examples that a model trained on them takes for another intent all the same."""
    from dialogs.checking.examples import check_judged  # noqa: PLC0415
    from dialogs.nlu.examples import read_examples  # noqa: PLC0415
    from dialogs.nlu.intents import TwoTierIntents  # noqa: PLC0415
    from dialogs.training.intents import train_intents  # noqa: PLC0415 - loads scikit-learn

    model = TwoTierIntents(await asyncio.to_thread(train_intents, read_examples(files.nlu), None))

    async def judge(text: str) -> str | None:
        return (await model.judge(text, None)).intent

    return await check_judged(files, judge)
