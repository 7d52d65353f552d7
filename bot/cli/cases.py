"""``cases``: a look at the cases and a move with one, through the API like any other client."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from bot.cli.app import Common, common

app = typer.Typer(help="诉求：列出，变更状态（通过接口）", no_args_is_help=True)

_SECONDS = 15
_REFUSED = 400


class ApiRefused(Exception):
    """``sentence`` is what the API answered."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@app.command("list")
def list_(
    ctx: typer.Context,
    *,
    state: Annotated[str, typer.Option(help="只看某个状态，如 submitted")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="最多几条")] = 20,
) -> None:
    """列出诉求，新的在前。"""
    params = {"limit": str(limit), **({"state": state} if state else {})}
    answer = asyncio.run(_call(common(ctx), "GET", "cases", params=params))
    for case in answer["items"]:
        typer.echo(f"{case['number']}  {case['state']:<12} {case['title']}")
    if not answer["items"]:
        typer.echo("没有诉求")


@app.command()
def move(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="编号", help="受理编号")],
    to: Annotated[str, typer.Argument(metavar="状态", help="新状态，如 accepted")],
    *,
    note: Annotated[str, typer.Option(help="说明")] = "",
    unit: Annotated[str, typer.Option(help="转办时的承办单位")] = "",
    answer: Annotated[str, typer.Option(help="答复时的内容")] = "",
    internal: Annotated[bool, typer.Option("--internal", help="只记在内部，不通知诉求人")] = False,
) -> None:
    """变更一件诉求的状态；诉求人会收到通知。"""
    body = {"to": to, "note": note, "unit": unit, "answer": answer, "public": not internal}
    given = {key: value for key, value in body.items() if value != ""}
    asyncio.run(_call(common(ctx), "POST", f"cases/{number}/transitions", body=given))
    typer.echo(f"{number} → {to}")


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
