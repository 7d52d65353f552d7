"""``wechat tags``: groups of followers, for mass messages."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.app import Common, common
from bot.cli.errors import NotDone
from bot.cli.wechat_account import channel_of, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.tagging import Done, Segment, Tagging
    from channels.wechat.tags import Tag, WeChatTags

app = typer.Typer(help="粉丝标签：按区县、类别把关注者分组，供群发使用", no_args_is_help=True)

_TIMEOUT_MS = 10_000
_Account = Annotated[str, typer.Option(help="用设置里的哪个公众号")]
_Name = Annotated[str, typer.Argument(metavar="标签", help="标签名，最多十个汉字")]
_District = Annotated[str, typer.Option(metavar="区县", help="反映过这个区县事项的人")]
_Category = Annotated[str, typer.Option(metavar="类别", help="反映过这类事项的人；可只写第一级")]
_Dry = Annotated[bool, typer.Option("--dry-run", help="只数人数，不改动")]
_Yes = Annotated[bool, typer.Option("--yes", help="不再询问")]


@app.command("list")
def list_(ctx: typer.Context, *, account: _Account = "main") -> None:
    """列出公众号的标签和人数。"""
    for tag in asyncio.run(_list(common(ctx), account)):
        typer.echo(f"{tag.name}\t{tag.members} 人{'（平台自带）' if tag.fixed else ''}")


@app.command()
def create(ctx: typer.Context, name: _Name, *, account: _Account = "main") -> None:
    """新建一个标签。"""
    _check(name)
    asyncio.run(_create(common(ctx), account, name))
    typer.echo(f"已新建标签“{name}”")


@app.command()
def rename(
    ctx: typer.Context,
    name: _Name,
    to: Annotated[str, typer.Argument(metavar="新名称", help="最多十个汉字")],
    *,
    account: _Account = "main",
) -> None:
    """给标签改名。"""
    _check(to)
    asyncio.run(_rename(common(ctx), account, name, to))
    typer.echo(f"“{name}”已改名为“{to}”")


@app.command()
def delete(ctx: typer.Context, name: _Name, *, account: _Account = "main", yes: _Yes = False) -> None:
    """删除一个标签，并从所有人身上取下。"""
    options = common(ctx)
    tag = asyncio.run(_found(options, account, name))
    if not yes and not typer.confirm(f"删除标签“{name}”（{tag.members} 人）？"):
        raise NotDone("没有删除")
    asyncio.run(_delete(options, account, tag))
    typer.echo("已删除")


@app.command()
def add(
    ctx: typer.Context,
    name: _Name,
    *,
    district: _District = "",
    category: _Category = "",
    account: _Account = "main",
    dry_run: _Dry = False,
) -> None:
    """给反映过某区县或某类事项的关注者打标签；已退订群发和已取消关注的不打。"""
    segment = _segment(district, category)
    done = asyncio.run(_change(common(ctx), account, name, segment, marks=True, dry=dry_run))
    left = f"，跳过 {done.left_out} 人（已取消关注或已退订群发）" if done.left_out else ""
    gone = f"，{done.gone} 人已不是关注者" if done.gone else ""
    typer.echo(f"{'会给' if dry_run else '已给'} {done.done} 人打上“{name}”{left}{gone}")


@app.command()
def remove(
    ctx: typer.Context,
    name: _Name,
    *,
    district: _District = "",
    category: _Category = "",
    account: _Account = "main",
    dry_run: _Dry = False,
) -> None:
    """把标签从反映过某区县或某类事项的关注者身上取下。"""
    segment = _segment(district, category)
    done = asyncio.run(_change(common(ctx), account, name, segment, marks=False, dry=dry_run))
    typer.echo(f"{'会从' if dry_run else '已从'} {done.done} 人身上取下“{name}”")


def _check(name: str) -> None:
    from channels.wechat.tags import name_problems  # noqa: PLC0415

    if told := name_problems(name):
        raise NotDone("；".join(told))


def _segment(district: str, category: str) -> "Segment":
    from bot.tagging import Segment  # noqa: PLC0415

    if not (district or category):
        raise NotDone("请用 --district 或 --category 说明是哪些人")
    return Segment(district=district or None, category=category or None)


async def _list(options: Common, account: str) -> "list[Tag]":
    async with opened(options, account) as channel:
        return list(await channel.tags.list())


async def _create(options: Common, account: str, name: str) -> None:
    async with opened(options, account) as channel:
        await channel.tags.create(name)


async def _found(options: Common, account: str, name: str) -> "Tag":
    async with opened(options, account) as channel:
        return await _named(channel.tags, name)


async def _rename(options: Common, account: str, name: str, to: str) -> None:
    async with _tagging(options, account) as (tags, tagging):
        await tags.rename(await _named(tags, name), to)
        await tagging.forget(name, renamed=to)


async def _delete(options: Common, account: str, tag: "Tag") -> None:
    async with _tagging(options, account) as (tags, tagging):
        await tags.delete(tag)
        await tagging.forget(tag.name)


async def _change(options: Common, account: str, name: str, segment: "Segment", *, marks: bool, dry: bool) -> "Done":
    from bot.cli.progress import progress  # noqa: PLC0415

    async with _tagging(options, account) as (tags, tagging):
        tag = await _named(tags, name)
        with progress("标签", await tagging.size(segment)) as tell:
            change = tagging.mark if marks else tagging.unmark
            return await change(tag, segment, tell=tell, dry=dry)


async def _named(tags: "WeChatTags", name: str) -> "Tag":
    found = next((tag for tag in await tags.list() if tag.name == name), None)
    if found is None:
        raise NotDone(f"没有标签“{name}”，可先新建：petition-bot wechat tags create {name}")
    if found.fixed:
        raise NotDone(f"“{name}”是平台自带的，不能改动")
    return found


@asynccontextmanager
async def _tagging(options: Common, account: str) -> "AsyncIterator[tuple[WeChatTags, Tagging]]":
    from bot.opening import connected, opened_store  # noqa: PLC0415
    from bot.tagging import Tagging  # noqa: PLC0415

    settings, _ = options.running()
    async with AsyncExitStack() as stack:
        channel = await stack.enter_async_context(channel_of(settings, account))
        store, _ = await opened_store(settings, await connected(settings, stack, _TIMEOUT_MS))
        yield channel.tags, Tagging(store=store, tags=channel.tags, account=account)
