"""What waits on this machine, and what could not be brought into the database."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from bot.doctor.findings import Finding, error, ok, warning
from bot.settings import Settings
from bot.spooling.place import spool_root
from storage.spool import folders, held_back, is_held, set_aside_files

_NAMED = 5


async def check_spool(settings: Settings) -> list[Finding]:
    """The spools of all processes that share the data folder."""
    return await asyncio.to_thread(lambda: list(_findings(spool_root(settings))))


def _findings(root: Path) -> Iterator[Finding]:
    try:
        waiting = {folder: held_back(folder) for folder in folders(root)}
        left = {folder: count for folder, count in waiting.items() if count and not is_held(folder)}
        aside = set_aside_files(root)
    except OSError as problem:
        yield error("spool", f"{root} 读不了（{problem.strerror}）", "检查它的属主、权限和磁盘")
        return
    if aside:
        names = "、".join(str(path) for path in aside[:_NAMED]) + ("等" if len(aside) > _NAMED else "")
        cure = "里面是市民发来的内容，不要删；查明磁盘或密钥的问题后再处理，见 docs/operations.md"
        yield error("spool", f"{len(aside)} 个暂存文件没能写进数据库，已移到一边：{names}", cure)
    if left:
        cure = "在这台机器上启动 web 或 worker，会自动接手；仍在的话，检查主密钥是否换过"
        said = f"{sum(left.values())} 条收到的内容留在已停止的进程的暂存里：{'、'.join(map(str, left))}"
        yield warning("spool", said, cure)
    held = sum(waiting.values()) - sum(left.values())
    if held:
        yield warning("spool", f"{held} 条收到的内容正在本机暂存，等数据库恢复", "检查 MongoDB 是否在运行")
    if not (aside or left or held):
        yield ok("spool", "本机没有暂存的内容")
