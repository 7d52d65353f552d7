"""What all commands share: ``--config`` before or after the command, ``--version``, the settings."""

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from bot.cli.chinese import speak, wrong_arguments

if TYPE_CHECKING:
    from bot.settings import Settings, Tables
    from bot.supervisor.run_file import RunFile
    from channels.errors import SettingsRejected

_CONFIG = "--config"
_USAGE = 2


class _ConfigAnywhere(TyperGroup):
    """Moves ``--config FILE`` to the front: people write it after the command as often as before. Speaks Chinese."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        speak(self)

    def main(self, *words: Any, **named: Any) -> Any:
        """As the library's; what it says of wrong arguments, in Chinese."""
        if not named.pop("standalone_mode", True):
            return super().main(*words, **named, standalone_mode=False)  # type: ignore[misc] # words never reach it
        try:
            code = super().main(*words, **named, standalone_mode=False)  # type: ignore[misc]
        except typer.Abort:
            typer.echo("已中止", err=True)
            sys.exit(1)
        except Exception as error:
            if not hasattr(error, "format_message"):
                raise
            typer.echo(wrong_arguments(error), err=True)
            sys.exit(_USAGE)
        sys.exit(code if isinstance(code, int) else 0)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        found = list(_config_words(args))
        rest = [word for index, word in enumerate(args) if index not in {at for at, _ in found}]
        return super().parse_args(ctx, [word for _, word in found] + rest)


def _config_words(args: list[str]) -> Iterator[tuple[int, str]]:
    value_next = False
    for index, word in enumerate(args):
        if word == "--" and not value_next:
            return
        if value_next or word == _CONFIG or word.startswith(_CONFIG + "="):
            yield index, word
        value_next = word == _CONFIG and not value_next


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What stood before the command. ``files``: as named; empty where none was."""

    files: tuple[Path, ...] = ()

    def config(self) -> tuple[Path, ...]:
        """The files to read: those named, or ``bot.toml`` where it exists."""
        from bot.settings import default_files  # noqa: PLC0415

        return self.files or default_files()

    def settings(self, *, accounts: bool = False) -> "Settings":
        """The settings. ``accounts``: checked by the channels too, for whoever is about to start them.

        Raises:
            SettingsError: with all that is wrong.
        """
        from bot.settings import load  # noqa: PLC0415

        return load(self.config(), os.environ, check_accounts=_check_accounts if accounts else None)

    def running(self, *, accounts: bool = False) -> "tuple[Settings, RunFile | None]":
        """The settings of what ``up`` or ``demo`` runs here, its own servers' addresses included; else ours.

        ``accounts``: as for ``settings``.

        Raises:
            SettingsError: with all that is wrong.
        """
        from bot.settings import load  # noqa: PLC0415
        from bot.supervisor.run_file import find_running  # noqa: PLC0415

        settings = self.settings(accounts=accounts)
        found = find_running(settings.storage.data_dir)
        if found is None:
            return settings, None
        files = self.files or tuple(Path(name) for name in found.config)
        check = _check_accounts if accounts else None
        return load(files, {**os.environ, **found.variables}, check_accounts=check), found


def _check_accounts(tables: "Tables") -> "Iterable[tuple[str, SettingsRejected]]":
    if not tables:
        return ()
    from bot.accounts import check_accounts  # noqa: PLC0415 - loads the channels

    return check_accounts(tables)


def common(ctx: typer.Context) -> Common:
    """From any command's context."""
    found = ctx.find_object(Common)
    return found if found is not None else Common()


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"petition-bot {version('petition-bot')}")
        raise typer.Exit


def make_app() -> typer.Typer:
    """The group without its commands."""
    app = typer.Typer(
        cls=_ConfigAnywhere,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="信访机器人：市民从微信反映诉求，每一步办理进展都回到他手上。\n\n先试一试：petition-bot demo",
    )
    app.callback()(_before)
    return app


def _before(
    ctx: typer.Context,
    config: Annotated[
        list[Path] | None,
        typer.Option(
            _CONFIG, metavar="FILE", help="设置文件（TOML），默认为 bot.toml；可写在命令前或后，可给多个，后者为准"
        ),
    ] = None,
    show_version: Annotated[  # noqa: ARG001 - its callback does the work
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="显示版本")
    ] = False,
) -> None:
    ctx.obj = Common(files=tuple(config or ()))
