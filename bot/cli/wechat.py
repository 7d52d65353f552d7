"""``wechat``: what an official account has besides conversations, its menu, its QR codes and its tags."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import wechat_tags
from bot.cli.app import Common, common
from bot.cli.errors import NotDone
from bot.cli.wechat_account import opened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channels.base import Fetched

app = typer.Typer(help="微信公众号：菜单，二维码，标签", no_args_is_help=True)
menu_app = typer.Typer(help="公众号菜单：查看、发布、删除", no_args_is_help=True)
app.add_typer(menu_app, name="menu")
app.add_typer(wechat_tags.app, name="tags")

_Account = Annotated[str, typer.Option(help="用设置里的哪个公众号")]
_Yes = Annotated[bool, typer.Option("--yes", help="不再询问")]
_LARGEST_FILE = 64 * 1024


@menu_app.command()
def show(ctx: typer.Context, *, account: _Account = "main") -> None:
    """显示现在的菜单（YAML，可以改了再发布）。"""
    menu = asyncio.run(_show(common(ctx), account))
    typer.echo("这个公众号还没有菜单" if menu is None else _written(menu), err=menu is None)


@menu_app.command()
def example() -> None:
    """显示一份菜单样本：存成文件，改好后发布。"""
    from channels.wechat.menu import EXAMPLE  # noqa: PLC0415

    typer.echo(EXAMPLE.read_text("utf-8"), nl=False)


@menu_app.command()
def publish(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="文件", help="菜单（YAML 或 JSON），样本见 wechat menu example")],
    *,
    account: _Account = "main",
    yes: _Yes = False,
) -> None:
    """发布菜单：先检查并显示，确认后才换掉原来的。"""
    menu = read_menu(file)
    options = common(ctx)
    asyncio.run(_known(options, account))
    typer.echo("\n".join(preview(menu)))
    if not yes and not typer.confirm(f"用它换掉 [wechat.{account}] 现在的菜单？"):
        raise NotDone("没有发布")
    asyncio.run(_publish(options, account, menu))
    typer.echo("已发布。手机上最多 5 分钟后看到，重新关注可马上看到")


@menu_app.command()
def delete(ctx: typer.Context, *, account: _Account = "main", yes: _Yes = False) -> None:
    """删除菜单，个性化菜单也一并删除。"""
    options = common(ctx)
    asyncio.run(_known(options, account))
    if not yes and not typer.confirm(f"删除 [wechat.{account}] 的全部菜单？"):
        raise NotDone("没有删除")
    asyncio.run(_delete(options, account))
    typer.echo("已删除")


@app.command()
def qr(
    ctx: typer.Context,
    place: Annotated[str, typer.Argument(metavar="地点", help="二维码贴在哪里，如 阳光花园小区")],
    *,
    district: Annotated[str, typer.Option(metavar="区县", help="地点所在的区县或街道")] = "",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="存到哪个文件，默认为 二维码-地点")] = None,
    account: _Account = "main",
) -> None:
    """做一个地点的永久二维码：居民扫码后反映问题，地点自动填好。"""
    from channels.media_types import ENDINGS  # noqa: PLC0415
    from channels.wechat.scenes import scene_of, scene_problems  # noqa: PLC0415

    if told := scene_problems(place, district):
        raise NotDone("；".join(told))
    if out is None and set(place) & set("/\\"):
        raise NotDone("地点里有 / 或 \\，请用 --out 指定文件名")
    named = out or Path(f"二维码-{place.strip()}")
    picture = asyncio.run(_code(common(ctx), account, scene_of(place, district)))
    ending = f".{ENDINGS[picture.type]}"
    path = named if named.suffix.lower() in {ending, ".jpeg" if ending == ".jpg" else ending} else _ended(named, ending)
    _keep(path, picture.content)
    typer.echo(f"已存到 {path}（永久有效，扫码即填：{district.strip()}{place.strip()}）")


def _ended(path: Path, ending: str) -> Path:
    """``path`` with the ending of what the picture really is; a dot within a place's name is none."""
    return path.with_suffix(ending) if path.suffix.lower() in {".png", ".jpg", ".gif"} else Path(f"{path}{ending}")


def _keep(path: Path, content: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise NotDone(f"{path} 已经存在，请换一个文件名") from None


def read_menu(file: Path) -> "Mapping[str, Any]":
    """The menu in ``file``, within the platform's limits.

    Raises:
        NotDone: naming the place of all that is wrong.
    """
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    from channels.wechat.menu import menu_problems  # noqa: PLC0415
    from dialogs.wrong_files import unreadable, yaml_line, yaml_wrong  # noqa: PLC0415
    from dialogs.yaml_text import read_yaml  # noqa: PLC0415

    try:
        with file.open("rb") as opened:
            content = opened.read(_LARGEST_FILE + 1)
        if len(content) > _LARGEST_FILE:
            raise NotDone(f"{file}：太大了，不是菜单")
        menu = read_yaml(content.decode("utf-8-sig"))
    except YAMLError as error:
        line = yaml_line(error)
        raise NotDone(f"{file}：{f'第{line}行' if line else ''}{yaml_wrong(error)}") from error
    except (UnicodeDecodeError, OSError) as error:
        raise NotDone(f"{file}：{unreadable(error)}") from error
    if told := menu_problems(menu):
        raise NotDone("\n".join(f"{file}：{each}" for each in told))
    found: Mapping[str, Any] = menu
    return found


def preview(menu: "Mapping[str, Any]") -> list[str]:
    """The menu as lines to look at: a name, and what a tap does."""
    lines = []
    for button in menu["button"]:
        below = button.get("sub_button") or []
        lines.append(f"【{button['name']}】{'' if below else _does(button)}")
        lines += [f"    {each['name']}{_does(each)}" for each in below]
    return lines


def _does(button: "Mapping[str, Any]") -> str:
    target = button.get("key") or button.get("url") or button.get("media_id") or button.get("article_id")
    return f"  → {button['type']} {target}"


def _written(menu: "Mapping[str, Any]") -> str:
    from io import StringIO  # noqa: PLC0415

    from ruamel.yaml import YAML  # noqa: PLC0415

    yaml, text = YAML(), StringIO()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 1000  # an address stays on its line
    yaml.dump(menu, text)
    return text.getvalue().rstrip()


async def _known(options: Common, account: str) -> None:
    async with opened(options, account):
        """Nobody is asked to say yes to what cannot be."""


async def _show(options: Common, account: str) -> "Mapping[str, Any] | None":
    async with opened(options, account) as channel:
        return await channel.menu.show()


async def _publish(options: Common, account: str, menu: "Mapping[str, Any]") -> None:
    async with opened(options, account) as channel:
        await channel.menu.publish(menu)


async def _delete(options: Common, account: str) -> None:
    async with opened(options, account) as channel:
        await channel.menu.delete()


async def _code(options: Common, account: str, scene: str) -> "Fetched":
    async with opened(options, account) as channel:
        return await channel.codes.make(scene)
