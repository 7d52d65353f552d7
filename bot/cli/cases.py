"""``cases``: a look at the cases and a move with one, through the API like any other client; the register as a file."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.app import Common, common
from bot.cli.errors import NotDone

app = typer.Typer(help="诉求：列出，变更状态（通过接口），导出台账", no_args_is_help=True)

_SECONDS = 15
_REFUSED = 400


class ApiRefused(NotDone):
    """``sentence`` is what the API answered."""


@app.command("list")
def list_(
    ctx: typer.Context,
    *,
    state: Annotated[str, typer.Option(help="只看某个状态，如 submitted 或 待受理")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="最多几条")] = 20,
) -> None:
    """列出诉求，新的在前。"""
    params = {"limit": str(limit), **({"state": _state(state)} if state else {})}
    answer = asyncio.run(_call(common(ctx), "GET", "cases", params=params))
    for case in answer["items"]:
        typer.echo(f"{case['number']}  {case['state']:<12} {case['title']}")
    if not answer["items"]:
        typer.echo("没有诉求")


@app.command()
def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="文件", help="写到哪里，.csv 或 .xlsx；不能是已有的文件")],
    *,
    since: Annotated[str, typer.Option(metavar="日期", help="从哪天登记的起，如 2026-11-01")] = "",
    until: Annotated[str, typer.Option(metavar="日期", help="到哪天登记的为止（含这天）")] = "",
    state: Annotated[str, typer.Option(help="只要某个状态，如 submitted；open 是未办结的；不写是全部")] = "all",
    kind: Annotated[str, typer.Option("--type", help="只要某个类型，如 投诉")] = "",
    category: Annotated[str, typer.Option(help="只要某个类别，如 城乡建设/路灯照明")] = "",
    district: Annotated[str, typer.Option(help="只要某个区县")] = "",
    channel: Annotated[str, typer.Option(help="只要某个来源：wechat、sms、weibo、api、console")] = "",
    unit: Annotated[str, typer.Option(help="只要某个单位和它下级的，代码或名称")] = "",
    full: Annotated[bool, typer.Option("--full", help="写完整的姓名和电话；要写 --reason")] = False,
    reason: Annotated[str, typer.Option(help="为什么要完整的，会记进操作记录")] = "",
) -> None:
    """导出台账：编号、电话都是文本；姓名电话默认遮住；检举控告不导出；谁导出了什么会留下记录。"""
    from bot.cli.register import Asked, exported  # noqa: PLC0415 - only this command needs it

    fields = {"since": since, "until": until, "state": state, "type": kind}
    fields |= {"category": category, "district": district, "channel": channel}
    asked = Asked(fields=fields, unit=unit, full=full, reason=reason)
    count = asyncio.run(exported(common(ctx), file, asked))
    typer.echo(f"已导出 {count} 件到 {file}" + ("，里面有个人信息，用完请删除" if full else ""))


@app.command()
def move(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="编号", help="受理编号")],
    to: Annotated[str, typer.Argument(metavar="状态", help="新状态，如 accepted 或 已受理")],
    *,
    note: Annotated[str, typer.Option(help="说明")] = "",
    unit: Annotated[str, typer.Option(help="转办时的承办单位")] = "",
    answer: Annotated[str, typer.Option(help="答复时的内容")] = "",
    internal: Annotated[bool, typer.Option("--internal", help="只记在内部，不通知诉求人")] = False,
) -> None:
    """变更一件诉求的状态；诉求人会收到通知。"""
    body = {"to": _state(to), "note": note, "unit": unit, "answer": answer, "public": not internal}
    given = {key: value for key, value in body.items() if value != ""}
    asyncio.run(_call(common(ctx), "POST", f"cases/{number}/transitions", body=given))
    typer.echo(f"{number} → {to}")


def _state(said: str) -> str:
    """The state that is meant, by its name or as residents read it."""
    from storage.case_states import CaseState  # noqa: PLC0415 - `--help` needs no store

    for state in CaseState:
        if said.strip() in {state.value, state.label}:
            return state.value
    there = "、".join(f"{state.value}（{state.label}）" for state in CaseState)
    raise ApiRefused(f"没有“{said}”这个状态。有：{there}")


async def _call(
    options: Common, method: str, path: str, *, params: Mapping[str, str] | None = None, body: Any = None
) -> dict[str, Any]:
    import aiohttp  # noqa: PLC0415

    from bot.supervisor.plan import Plan  # noqa: PLC0415

    settings, running = options.running()
    tokens = [token.get_secret_value() for token in settings.api.tokens.values()]
    if not tokens:
        raise ApiRefused("设置里没有接口令牌（[api] tokens）")
    base = running.bot_url if running else Plan(settings=settings).bot_url
    try:
        async with (
            aiohttp.ClientSession(
                f"{base}/api/v1/",
                headers={"Authorization": f"Bearer {tokens[0]}"},
                timeout=aiohttp.ClientTimeout(total=_SECONDS),
                trust_env=False,
            ) as http,
            http.request(method, path, params=params, json=body) as answer,
        ):
            told: dict[str, Any] = await answer.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise ApiRefused(f"连不上 {base}，机器人在运行吗？") from error
    if answer.status >= _REFUSED:
        raise ApiRefused(str(told.get("detail") or told.get("title") or answer.status))
    return told
