"""``rasa export`` and ``actions``: the bot for a Rasa server."""

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.app import common

if TYPE_CHECKING:
    from bot.settings import Settings

app = typer.Typer(help="Rasa：导出项目，供 Rasa 服务器训练和运行", no_args_is_help=True)

_DATABASE_TIMEOUT_MS = 1_500
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class FolderTaken(Exception):
    """There is something in the folder already."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        if folder.is_file():
            self.sentence = f"{folder} 是一个文件，请写一个目录"
            return
        self.sentence = f"{folder} 已有别的内容（或改过的导出）：请换一个新目录，或确认后加 --force"


def add_commands(main: typer.Typer) -> None:
    main.command()(actions)


@app.callback()
def _group() -> None:
    """Keeps ``export`` a command of its own while it is the only one."""


@app.command()
def export(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="写到哪个目录；没有就新建")],
    *,
    force: Annotated[bool, typer.Option("--force", help="目录不空也写，同名文件会被覆盖")] = False,
) -> None:
    """导出一个完整的 Rasa 3 项目，用 Rasa 3.6 可直接训练和运行。"""
    from dialogs.engine.bot import load_bot  # noqa: PLC0415
    from dialogs.files import DialogFiles  # noqa: PLC0415
    from dialogs.rasa_project import rasa_project  # noqa: PLC0415

    files = DialogFiles(folder=common(ctx).settings().dialog.files)
    files.check_folder()
    load_bot(files.dialog(), files.overriding())  # what the engine refuses, Rasa is not given
    project = rasa_project(files)
    if folder.is_file() or (not force and _holds_another(folder, project.files)):
        raise FolderTaken(folder)
    for name, content in project.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    typer.echo(f"已导出到 {folder}，训练和运行的方法见其中的 README.md")
    for key in project.left_out:
        typer.echo(f"未导出 {key}（Rasa 没有这个功能，只在内置引擎里有效）")


def _holds_another(folder: Path, files: Mapping[str, str]) -> bool:
    """Whether something else than this very export lies there, an edited one included."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return False
    paths = ((folder / name, content) for name, content in files.items())
    return not all(path.is_file() and path.read_text("utf-8") == content for path, content in paths)


def actions(
    ctx: typer.Context,
    *,
    host: Annotated[str, typer.Option(help="监听的地址；默认只有本机能连")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="监听的端口")] = 5055,
) -> None:
    """启动动作服务器（rasa-sdk），供 Rasa 服务器调用。"""
    from bot.cli.processes import log_to_stderr  # noqa: PLC0415
    from bot.supervisor.ports import check_free  # noqa: PLC0415

    settings, _ = common(ctx).running()
    log_to_stderr(settings)
    check_free(host, port, where="--host、--port")
    token = settings.dialog.actions_token
    if host not in _LOOPBACK and token is None:
        print("注意：没有设置 dialog.actions_token，能连到这个端口的人都能查询诉求", file=sys.stderr)
    from bot.action_server import make_app, serve  # noqa: PLC0415 - loads the HTTP server

    app = make_app(lambda: _opened(settings), token=token.get_secret_value() if token else None)
    serve(app, host=host, port=port)


@asynccontextmanager
async def _opened(settings: "Settings") -> AsyncIterator[Sequence[Any]]:
    from bot.chance import SecureChance  # noqa: PLC0415
    from bot.wiring import open_cases  # noqa: PLC0415
    from dialogs.actions import Office  # noqa: PLC0415
    from dialogs.build import load_actions  # noqa: PLC0415
    from dialogs.files import DialogFiles  # noqa: PLC0415

    files = DialogFiles(folder=settings.dialog.files)
    async with open_cases(settings, timeout_ms=_DATABASE_TIMEOUT_MS) as (cases, receptions, topics):
        office = Office(name=settings.office.name)
        yield load_actions(
            cases, SecureChance(), office=office, files=files, receptions=receptions, subscriptions=topics
        )
