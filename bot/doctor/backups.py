"""When the store was last backed up, as far as the store knows: whether the file is still there, it cannot."""

from datetime import UTC, datetime, timedelta

from bot.doctor.findings import Finding, error, ok, warning
from bot.local_time import at as local
from storage.backups import mark
from storage.backups.taking import LAST_BACKUP
from storage.driver import Database
from storage.migrations import SCHEMA

_OFTEN = timedelta(days=7)
_CURE = "每天执行一次 petition-bot backup，见 docs/backups.md"


async def check_backups(database: Database, *, now: datetime | None = None) -> list[Finding]:
    """The last backup, and a restore that has not ended."""
    found = await database[SCHEMA].find_one({"_id": LAST_BACKUP})
    schema = await database[SCHEMA].find_one({"_id": "indexes"})
    findings = [_last(found["at"] if found else None, schema["at"] if schema else None, now or datetime.now(UTC))]
    if await mark.held(database):
        findings.append(error("restore", "恢复备份没有完成，服务不会启动", "再运行一次 petition-bot restore"))
    elif await mark.found(database):
        cure = "再运行一次 petition-bot restore，或 petition-bot restore --abandon 放弃"
        findings.append(warning("restore", "有一次恢复备份没有完成，现有数据没有动过", cure))
    return findings


def _last(at: datetime | None, since: datetime | None, now: datetime) -> Finding:
    if at is None:
        new = since is None or now - since < _OFTEN
        said = "还没有做过备份"
        return ok("backup", said) if new else warning("backup", said, _CURE)
    days = (now - at).days
    said = f"最近一次备份：{local(at)}" + (f"（{days} 天前）" if days else "")
    return ok("backup", f"{said}；文件还在不在，请自己确认") if now - at < _OFTEN else warning("backup", said, _CURE)
