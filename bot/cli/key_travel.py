"""``keys export`` and ``keys import``: the master key, under a passphrase."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.app import Common, common

if TYPE_CHECKING:
    from storage.master_key import KeyFile

_LONGEST = 16_384
_PASSPHRASE = typer.Option(metavar="FILE", help="从这个文件的第一行读口令，不在终端里问")


def add_commands(app: typer.Typer) -> None:
    app.command("export")(export)
    app.command("import")(import_)


def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="写到哪里：一个新文件")],
    *,
    passphrase_file: Annotated[Path | None, _PASSPHRASE] = None,
) -> None:
    """把主密钥导出成一个用口令保护的文件；和数据库的备份分开放，口令另外记下。"""
    from storage.backups.key_travel import lock  # noqa: PLC0415

    key = _key(common(ctx))
    content, fingerprint = key.content(), key.fingerprint()
    passphrase = _passphrase(passphrase_file, ask_twice=True)
    _write_new(file, lock(content, fingerprint, passphrase))
    typer.echo(f"主密钥（指纹 {fingerprint}）已导出到 {file}。没有口令谁也打不开它：请把口令和文件分开保管")


def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="petition-bot keys export 写出的文件")],
    *,
    passphrase_file: Annotated[Path | None, _PASSPHRASE] = None,
    replace: Annotated[bool, typer.Option("--replace", help="这里已有另一把主密钥时换掉它；旧的改名留着")] = False,
) -> None:
    """放回导出的主密钥；已有的主密钥不会被覆盖。"""
    from storage.backups.key_travel import fingerprint_of, unlock  # noqa: PLC0415
    from storage.errors import KeysMissing  # noqa: PLC0415

    key = _key(common(ctx))
    text = _text(file)
    coming = fingerprint_of(text)
    there = key.fingerprint() if key.path.exists() else ""
    if there and there != coming and not replace:
        sentence = f"{key.path} 已经有另一把主密钥（指纹 {there}），没有导入；确定要换时加上 --replace"
        raise KeysMissing("another key is there", sentence=sentence)
    content = unlock(text, _passphrase(passphrase_file, ask_twice=False))
    if there == coming:
        typer.echo(f"这把主密钥（指纹 {coming}）已经在 {key.path}")
        return
    if there:
        kept = key.path.with_name(f"{key.path.name}.{there}")
        key.path.rename(kept)
        typer.echo(f"原来的主密钥改名为 {kept}")
    key.put(content)
    typer.echo(f"主密钥（指纹 {coming}）已放到 {key.path}")


def _key(options: Common) -> "KeyFile":
    """Where the key lies.

    Raises:
        KeysMissing: it lies in a key management service, which nothing leaves.
    """
    from bot.master_key import master_key  # noqa: PLC0415
    from storage.errors import KeysMissing  # noqa: PLC0415
    from storage.master_key import KeyFile  # noqa: PLC0415

    settings, _ = options.running()
    key = master_key(settings)
    if not isinstance(key, KeyFile):
        sentence = f"主密钥在密钥服务 {key.where} 里，不能导出或导入：请用密钥服务自己的备份"
        raise KeysMissing("kms", sentence=sentence)
    return key


def _passphrase(file: Path | None, *, ask_twice: bool) -> str:
    if file is not None:
        lines = _text(file).splitlines()
        return lines[0] if lines else ""
    if not sys.stdin.isatty():
        return _piped()
    return str(typer.prompt("口令", hide_input=True, confirmation_prompt="再输入一次" if ask_twice else False))


def _piped() -> str:
    """Where a program gives the passphrase, nothing is asked: nobody would read the question."""
    from storage.errors import BackupRefused  # noqa: PLC0415

    line = sys.stdin.readline(_LONGEST).rstrip("\r\n")
    if not line:
        raise BackupRefused("没有终端可以输入口令：请用 --passphrase-file，或从管道给出")
    return line


def _text(file: Path) -> str:
    with file.open("rb") as stream:
        return stream.read(_LONGEST).decode(errors="replace")


def _write_new(path: Path, text: str) -> None:
    """For our eyes alone, safely on the disk, never in the place of another."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
