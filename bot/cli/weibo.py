"""``weibo``: publishing, each time with the text shown first and a person who says yes to it."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.app import Common, common
from bot.cli.errors import NotDone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.casework.service import Casework
    from bot.settings import Settings
    from channels.base import Channel, Publishes
    from storage.store import Store

app = typer.Typer(help="微博：发布通知，播报已答复的诉求", no_args_is_help=True)

_TIMEOUT_MS = 10_000
_LIMIT = 140
_Account = Annotated[str, typer.Option(help="用设置里的哪个微博账号")]


class NotPublished(NotDone):
    """``sentence`` says why."""


@app.command()
def publish(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(metavar="正文", help="最多 140 字，要有一个安全域名下的网址，不带 #话题#")],
    *,
    account: _Account = "main",
    yes: Annotated[bool, typer.Option("--yes", help="不再询问，直接发布")] = False,
) -> None:
    """发布一条微博：先显示全文，确认后才发。"""
    options = common(ctx)
    asyncio.run(_check(options, account, text))
    _show(text)
    if not yes and not typer.confirm(f"以 [weibo.{account}] 发布这一条？"):
        raise NotPublished("没有发布")
    number = asyncio.run(_publish(options, account, text))
    typer.echo(f"已发布，微博编号 {number or '（平台未说明）'}")


@app.command()
def report(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="编号", help="受理编号")],
    *,
    url: Annotated[str, typer.Option(metavar="URL", help="附在末尾的网址，默认为 http.public_url")] = "",
    approve: Annotated[str, typer.Option(metavar="校验码", help="看过全文后显示的校验码；带上它才发布")] = "",
    account: _Account = "main",
) -> None:
    """微博播报一件已公开答复的诉求：第一次只显示全文，带 --approve 才发布；不含诉求人的信息。"""
    asyncio.run(_report(common(ctx), account, number, url=url, approve=approve))


async def _report(options: Common, account: str, number: str, *, url: str, approve: str) -> None:
    from bot.weibo_posts import PUBLISHED, post_of  # noqa: PLC0415
    from storage.cases import Actor, ActorKind  # noqa: PLC0415
    from storage.numbers import normalise  # noqa: PLC0415

    settings, _ = options.running()
    async with _office(settings) as (store, casework), _opened(settings, account) as channel:
        known = normalise(number)
        case = await store.cases.get(known) if known else None
        if case is None:
            raise NotPublished(f"没有编号为 {number} 的诉求")
        post = post_of(case, await store.cases.timeline(case.number), url=url or settings.http.public_url)
        _refuse(channel, post.text)
        if approve != post.seal:
            _show(post.text)
            typer.echo("请逐字核对：不能认出诉求人，也不能认出答复里提到的个人。")
            if approve:
                raise NotPublished("校验码不符：内容已有变化，或校验码写错了。请看过上面的全文再发布")
            typer.echo(f"核对无误后发布：petition-bot weibo report {case.number} --approve {post.seal}")
            return
        sent = await channel.publish(post.text)
        note = f"{PUBLISHED}已发布，微博编号 {sent.provider_id or '（平台未说明）'}"
        await casework.note(case.number, actor=Actor(kind=ActorKind.STAFF, name="命令行"), note=note)
        typer.echo(note)


def _show(text: str) -> None:
    typer.echo(f"\n{text.strip()}\n\n共 {len(text.strip())} 字（最多 {_LIMIT} 字）")


async def _check(options: Common, account: str, text: str) -> None:
    settings, _ = options.running(accounts=True)
    async with _opened(settings, account) as channel:
        _refuse(channel, text)


async def _publish(options: Common, account: str, text: str) -> str:
    settings, _ = options.running()
    async with _opened(settings, account) as channel:
        return (await channel.publish(text)).provider_id


def _refuse(channel: "Publishes", text: str) -> None:
    told = channel.unpublishable(text)
    if told:
        raise NotPublished("这一条发不出去：" + "；".join(told))


@asynccontextmanager
async def _opened(settings: "Settings", account: str) -> "AsyncIterator[Publishes]":
    from bot.accounts import open_accounts  # noqa: PLC0415
    from channels.base import Publishes  # noqa: PLC0415

    async with open_accounts(settings) as channels:
        channel: Channel | None = channels.get(("weibo", account))
        if not isinstance(channel, Publishes):
            raise NotPublished(f"设置里没有 [weibo.{account}]")
        yield channel


@asynccontextmanager
async def _office(settings: "Settings") -> "AsyncIterator[tuple[Store, Casework]]":
    from bot.casework.service import Casework  # noqa: PLC0415
    from bot.chance import SecureChance  # noqa: PLC0415
    from bot.opening import connected, opened_store  # noqa: PLC0415
    from bot.wiring import utc_now  # noqa: PLC0415

    async def kick(_: object) -> bool:
        return True  # the workers' own round finds what is due; an internal note makes nothing due anyway

    async with AsyncExitStack() as stack:
        store, _ = await opened_store(settings, await connected(settings, stack, _TIMEOUT_MS))
        office = settings.office.name
        yield store, Casework(store=store, clock=utc_now, chance=SecureChance(), office=office, kick=kick)
