"""``broadcast``: a notice to many from a file, as a draft or for a look at whom it would reach."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.app import Common, common
from bot.cli.errors import NotDone

if TYPE_CHECKING:
    from bot.broadcasts.office import BroadcastOffice, Written
    from bot.broadcasts.people import Tally
    from storage.broadcast_records import Broadcast, Segment

_TIMEOUT_MS = 10_000
_LARGEST = 64 * 1024
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_PARTS = ("district", "category", "tag", "topic")


def add_commands(app: typer.Typer) -> None:
    app.command()(broadcast)


def broadcast(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="文件", help="通知的文本文件（UTF-8）：第一行标题，其余正文")],
    *,
    segment: Annotated[
        list[str],
        typer.Option(
            metavar="条件",
            help="all、district=区县、category=类别、tag=标签、topic=主题，可写几次；或 list=名单.csv（只发短信）",
        ),
    ],
    channel: Annotated[
        list[str] | None, typer.Option(metavar="渠道", help="wechat、sms、weibo，可写几次；默认 wechat 和 sms")
    ] = None,
    at: Annotated[str, typer.Option(metavar="时间", help="何时发，北京时间，如 2026-11-23T09:00")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只试算发给多少人、哪些人不发，什么也不保存")] = False,
) -> None:
    """写一条通知（草稿），另一位同事在管理台审批后才能发；--dry-run 只试算。"""
    title, text = _read(file)
    options = common(ctx)
    asyncio.run(_broadcast(options, title, text, segment, channel=channel, at=at, dry=dry_run))


async def _broadcast(
    options: Common, title: str, text: str, segment: list[str], *, channel: list[str] | None, at: str, dry: bool
) -> None:
    from bot.accounts import open_accounts  # noqa: PLC0415
    from bot.broadcasts.office import BroadcastOffice, BroadcastRefused, Doer, Written  # noqa: PLC0415
    from bot.broadcasts.words import SMS, WECHAT  # noqa: PLC0415
    from bot.opening import connected, opened_store  # noqa: PLC0415
    from bot.wiring import utc_now  # noqa: PLC0415

    wanted, numbers = _segment(segment)
    settings, _ = options.running()
    async with AsyncExitStack() as stack:
        channels = await stack.enter_async_context(open_accounts(settings))
        store, _vault = await opened_store(settings, await connected(settings, stack, _TIMEOUT_MS))
        office = BroadcastOffice(store=store, channels=channels, clock=utc_now, topics=settings.broadcasts.topics)
        there = {name for name, _ in channels}
        if not there:
            sentence = "设置里还没有能发通知的账号：请先配置微信或短信（见 docs/configuration.md）"
            raise BroadcastRefused("channels", sentence)
        written = Written(
            title=title,
            text=text,
            channels=channel or [SMS]
            if wanted.listed
            else channel or [each for each in (WECHAT, SMS) if each in there],
            segment=wanted,
            send_at=_moment(at),
            numbers=numbers,
        )
        by = Doer(id="cli", name="命令行")
        if dry:
            _tell(await _tried(office, office.draft(written, by=by), written))
            return
        made = await office.write(written, by=by)
        _tell(await _tried(office, made, written))
        typer.echo(f"草稿已保存（{made.id}）。请另一位同事在管理台的“通知”里审批，批准后开始发送。")


async def _tried(office: "BroadcastOffice", draft: "Broadcast", written: "Written") -> "Tally":
    from bot.cli.progress import progress  # noqa: PLC0415

    total = len(written.numbers) or await office.people.size(draft)
    with progress("试算", total) as tell:
        return await office.people.tally(draft, written.numbers or None, tell=tell)


def _tell(tally: "Tally") -> None:
    from bot.broadcasts.sending import reason_said  # noqa: PLC0415
    from bot.broadcasts.words import CHANNEL_NAMES  # noqa: PLC0415

    for channel, count in tally.to_send.items():
        massed = f"，其中 {many} 个用群发送达" if (many := tally.by_mass.get(channel)) else ""
        typer.echo(f"{CHANNEL_NAMES.get(channel, channel)}：会发给 {count} 个收件人{massed}")
    for (channel, reason), count in sorted(tally.excluded.items()):
        typer.echo(f"{CHANNEL_NAMES.get(channel, channel)}：{count} 个不发，{reason_said(reason)}")
    if not tally.sending:
        typer.echo("现在没有人会收到")


def _read(file: Path) -> tuple[str, str]:
    from channels.system_errors import why  # noqa: PLC0415

    try:
        with file.open("rb") as opened:
            content = opened.read(_LARGEST).decode("utf-8-sig")
    except OSError as error:
        raise NotDone(f"{file}：无法读取，{why(error)}") from error
    except UnicodeDecodeError as error:
        raise NotDone(f"{file}：不是 UTF-8 的文本") from error
    title, _, text = content.replace("\r\n", "\n").strip().partition("\n")
    return title.strip(), text.strip()


def _segment(given: list[str]) -> "tuple[Segment, list[str]]":
    from bot.broadcasts.number_table import numbers_in  # noqa: PLC0415
    from channels.system_errors import why  # noqa: PLC0415
    from storage.broadcast_records import Segment  # noqa: PLC0415

    parts: dict[str, str] = {}
    for each in given:
        name, _, value = each.partition("=")
        if (name != "all" or value) and not (name in (*_PARTS, "list") and value):
            raise NotDone(f"--segment {each}：应为 all、district=…、category=…、tag=…、topic=… 或 list=文件")
        parts[name] = value
    numbers: list[str] = []
    if "list" in parts:
        try:
            numbers = numbers_in(Path(parts["list"]).read_bytes())
        except OSError as error:
            raise NotDone(f"{parts['list']}：无法读取，{why(error)}") from error
    narrowed = {name: parts.get(name) for name in _PARTS}
    return Segment(everybody="all" in parts, listed="list" in parts, **narrowed), numbers


def _moment(written: str) -> datetime | None:
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise NotDone(f"--at {written}：应写成 2026-11-23T09:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=_SHANGHAI)
