"""What can be seen on this machine alone: the settings' wisdom, the data folder, the master key, the programs."""

import asyncio
import os
import shutil
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from bot.clocks.calendar import WorkCalendar
from bot.doctor.findings import Finding, error, ok, warning
from bot.master_key import master_key
from bot.settings import Settings
from dialogs.checking.check import check_dialogs
from dialogs.checking.findings import errors
from dialogs.files import DialogFiles, NoSuchFolder
from storage.errors import KeysMissing

_LEAST_FREE = 500_000_000
_SHORT_TOKEN = 16
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Lawful, but wise?"""
    yield ok("settings", "设置可用")
    yield _public_url(settings.http.public_url)
    tokens = settings.api.tokens
    short = [name for name, token in tokens.items() if len(token.get_secret_value()) < _SHORT_TOKEN]
    if not tokens:
        yield ok("api", "设置里没有接口令牌；别的系统要接进来，用 petition-bot staff token 给")
    if short:
        yield warning("api", f"令牌太短：{'、'.join(short)}", f"换成至少 {_SHORT_TOKEN} 位的随机字符")
    if not settings.channels:
        yield warning(
            "channels", "没有任何渠道账号，市民联系不到机器人", "填写 [wechat.main]，见 docs/configuration.md"
        )
    yield from _twins(settings)


def check_calendar(settings: Settings, today: date) -> Finding:
    """Whether limits are reckoned by the real days off and exchanged workdays."""
    year = WorkCalendar(exchanged=settings.calendar.exchanged()).unknown_year(today)
    if year is None:
        return ok("calendar", "放假调休安排齐全")
    cure = "升级 chinesecalendar；还没有新版时，把国务院公布的调休写进 [calendar] 的 workdays 和 days_off，重新启动"
    return warning("calendar", f"没有 {year} 年的放假调休安排，跨到 {year} 年的期限按法定节假日和周末暂算", cure)


def _twins(settings: Settings) -> Iterator[Finding]:
    """One app under two names: their tokens push each other out, and people are kept twice."""
    for channel, accounts in settings.channels.items():
        names: dict[str, list[str]] = {}
        for account, table in accounts.items():
            if table.get("app_id"):
                names.setdefault(str(table["app_id"]), []).append(f"{channel}.{account}")
        for same in names.values():
            if len(same) > 1:
                yield warning("channels", f"{'、'.join(same)} 的 app_id 相同", "一个公众号只写一节，删去多余的")


def _public_url(url: str) -> Finding:
    if not url:
        return warning("public_url", "没有设置 http.public_url，通知里不能带链接", "填写市民手机能打开的网址")
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        return warning("public_url", "http.public_url 不是 https，市民的内容会明文经过网络", "配好证书后改为 https://")
    return ok("public_url", url)


async def check_dialog_files(folder: Path | None) -> Finding:
    """Whether the bot can talk with its files; ``folder``: the office's own."""
    try:
        findings = await asyncio.to_thread(check_dialogs, DialogFiles(folder=folder))
    except NoSuchFolder as missing:
        return error("dialog", missing.sentence, "建立这个目录，或删去 dialog.files 这项设置")
    wrong = errors(findings)
    if wrong:
        more = f"等 {len(wrong)} 处" if len(wrong) > 1 else ""
        return error(
            "dialog", f"对话文件有错：{wrong[0].told}{more}", "petition-bot check dialogs 看全部，改好后自动生效"
        )
    return ok("dialog", f"对话文件可用（{folder or '自带的'}）")


async def check_data_dir(data_dir: Path) -> list[Finding]:
    """Whether the folder can be used, by us alone."""
    return await asyncio.to_thread(lambda: list(_data_dir(data_dir)))


def _data_dir(data_dir: Path) -> Iterator[Finding]:
    if not data_dir.exists():
        yield ok("data_dir", f"{data_dir.absolute()} 还没有，首次启动时创建")
        return
    if not data_dir.is_dir() or not os.access(data_dir, os.R_OK | os.W_OK | os.X_OK):
        yield error("data_dir", f"{data_dir.absolute()} 不能读写", "检查它的属主和权限，或用 BOT_DATA_DIR 另选目录")
        return
    if stat.S_IMODE(data_dir.stat().st_mode) & 0o022:
        yield warning("data_dir", f"{data_dir.absolute()} 别人也能改", f"chmod 700 {data_dir.absolute()}")
    if shutil.disk_usage(data_dir).free < _LEAST_FREE:
        yield warning("data_dir", "磁盘剩余不足 500 MB", "清理磁盘，或换到更大的磁盘")
    yield ok("data_dir", str(data_dir.absolute()))


async def check_master_key(settings: Settings, *, needed: bool) -> Finding:
    """Whether the key opens; ``needed``: there are data sealed with it already."""
    key = master_key(settings)
    made_at_first = settings.keys.kms_uri is None and not await asyncio.to_thread(Path(key.where).exists)
    if made_at_first and not needed:
        return ok("master_key", f"{key.where} 还没有，首次启动时生成")
    try:
        await asyncio.to_thread(key.load)
    except KeysMissing as problem:
        return error("master_key", problem.sentence, "把主密钥的备份放回原处")
    return ok("master_key", f"{key.where}（请确认已另存备份，丢了就再也读不出数据）")


async def check_programs() -> list[Finding]:
    """Whether the servers that ``up`` brings would start here."""
    from storage.embedded.probe import troubles  # noqa: PLC0415 - only where no server is set

    cure = "正式服务请设置 BOT_MONGODB_URI 和 BOT_REDIS_URL"
    if found := await troubles():
        return [error("embedded", trouble, cure) for trouble in found]
    return [warning("embedded", "没有设置数据库：up 会自带一套，只供试用；现在没有在运行", cure)]
