"""The sandbox as a process of its own, on loopback alone."""

import asyncio
import signal

from aiohttp import web

from bot.settings import Settings
from bot.supervisor.demo_settings import account
from channels.sandbox import Mode, SandboxSettings, SmsAccount, WeiboAccount, make_sandbox

_HOST = "127.0.0.1"
_DRAIN_SECONDS = 3.0


def sandbox_settings(settings: Settings, name: str, *, bot_url: str, seed: int) -> tuple[SandboxSettings, bool]:
    """What the sandbox plays: the account ``name`` of the settings, or (True then) one made up."""
    table = settings.channels.get("wechat", {}).get(name)
    of = dict(account() if table is None else table)
    tokens = [token.get_secret_value() for token in settings.api.tokens.values()]
    played = SandboxSettings(
        app_id=str(of.get("app_id", "")),
        app_secret=str(of.get("app_secret", "")),
        token=str(of.get("token", "")),
        encoding_aes_key=str(of.get("encoding_aes_key", "")),
        mode=Mode(of.get("mode", Mode.SAFE)),
        bot_url=bot_url,
        webhook_path=f"/channels/wechat/{name}",
        api_token=tokens[0] if tokens else "",
        seed=seed,
        office=settings.office.name,
        weibo=_weibo(settings, name),
        sms=_sms(settings, name),
    )
    return played, table is None


def _weibo(settings: Settings, name: str) -> WeiboAccount | None:
    """The account of that name on Weibo, where the settings have one."""
    of = settings.channels.get("weibo", {}).get(name)
    if of is None:
        return None
    domains = of.get("safe_domains", ())
    return WeiboAccount(
        app_key=str(of.get("app_key", "")),
        app_secret=str(of.get("app_secret", "")),
        access_token=str(of.get("access_token", "")),
        uid=str(of.get("uid", "")),
        webhook_path=f"/channels/weibo/{name}",
        safe_domains=tuple(domains.replace(",", " ").split() if isinstance(domains, str) else map(str, domains)),
    )


def _sms(settings: Settings, name: str) -> SmsAccount | None:
    """The account of that name behind a Kannel, where the settings have one; no other gateway is played here."""
    of = settings.channels.get("sms", {}).get(name)
    if of is None or of.get("provider") != "kannel":
        return None
    return SmsAccount(
        username=str(of.get("username", "")),
        password=str(of.get("password", "")),
        number=str(of.get("number", "")),
        webhook_key=str(of.get("webhook_key", "")),
        webhook_path=f"/channels/sms/{name}",
    )


async def run_sandbox(played: SandboxSettings, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(make_sandbox(played), access_log=None, shutdown_timeout=_DRAIN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, _HOST, port).start()
        await stop.wait()
    finally:
        await runner.cleanup()
