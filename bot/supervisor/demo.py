"""``demo``: a plan that plays the platform too, a few cases to look at, a browser where there is a desktop."""

import asyncio
import os
import sys
import webbrowser
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.settings import Settings, load
from bot.supervisor.demo_settings import keep_demo_places, keep_demo_settings
from bot.supervisor.hold import refuse_second
from bot.supervisor.plan import LOOPBACK, Plan
from bot.supervisor.ports import free_port
from bot.supervisor.running import Running
from bot.supervisor.up import OnReady, say

SANDBOX_PORT = 8090
_PLAYED: Mapping[str, Mapping[str, str]] = {
    "wechat": {"BOT_WECHAT__MAIN__API_BASE": "/wechat", "BOT_WECHAT__MAIN__QR_BASE": "/wechat"},
    "sms": {"BOT_SMS__MAIN__SENDSMS_URL": "/sms/cgi-bin/sendsms"},
    "weibo": {"BOT_WEIBO__MAIN__API_BASE": "/weibo", "BOT_WEIBO__MAIN__UPLOAD_BASE": "/weibo"},
}
"""Where the platforms' addresses are set, and what the sandbox plays there."""
_FILES = "BOT_DIALOG__FILES"
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


def plan_demo(files: Sequence[Path], environment: Mapping[str, str], *, sandbox_port: int | None = None) -> Plan:
    """``files`` and the environment go over the demo's own settings; ports that nobody set may move up.

    Raises:
        SettingsError, AlreadyRunning, PortTaken: as they are.
    """
    data_dir = load(files, environment).storage.data_dir
    refuse_second(data_dir)
    config = (keep_demo_settings(data_dir), *files)
    first = load(config, environment)
    port = free_port(first.http.host, first.http.port, fixed=bool(first.origin("http.port")))
    wanted = sandbox_port or SANDBOX_PORT
    sandbox = free_port(LOOPBACK, wanted, fixed=sandbox_port is not None, taken=(port,))
    added = {"BOT_HTTP__PORT": str(port)}
    added |= {name: url for name, url in _addresses(first, sandbox).items() if name not in environment}
    if not first.http.public_url:
        # Links in notices then open on this machine, where the demo's phones are.
        added["BOT_HTTP__PUBLIC_URL"] = f"http://{LOOPBACK}:{port}"
    if not first.origin("dialog.files"):
        added[_FILES] = str(keep_demo_places(data_dir))
    settings = load(config, {**environment, **added})
    return Plan(settings=settings, config=config, environment=environment, added=added, sandbox_port=sandbox)


def _addresses(settings: Settings, sandbox: int) -> Mapping[str, str]:
    """Where the accounts that there are find their platforms."""
    played = [paths for channel, paths in _PLAYED.items() if "main" in settings.channels.get(channel, {})]
    return {name: f"http://{LOOPBACK}:{sandbox}{path}" for paths in played for name, path in paths.items()}


def after_ready(*, browser: bool) -> OnReady:
    """What is done once all answers: cases are filed (the first time), the page is opened."""

    async def do(running: Running) -> None:
        from bot.supervisor.demo_cases import file_demo_cases  # noqa: PLC0415 - slow to import

        if browser and _has_desktop():
            await asyncio.to_thread(webbrowser.open, running.plan.sandbox_url)
        tokens = running.plan.settings.api.tokens
        if tokens:
            token = next(iter(tokens.values())).get_secret_value()
            problem = await file_demo_cases(running.plan.bot_url, token)
            if problem:
                say("demo", f"演示用的诉求没有全部录入：{problem}")

    return do


def _has_desktop() -> bool:
    return sys.stdout.isatty() and (sys.platform == "darwin" or any(os.environ.get(name) for name in _DISPLAYS))
