"""The servers: reached, of the right kind, in the right state, on the right time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from redis.exceptions import RedisError

from bot.doctor.backups import check_backups
from bot.doctor.findings import Finding, error, ok, warning
from bot.settings import Settings
from bot.shared_state import connect as connect_redis
from storage.driver import Database
from storage.driver import connect as connect_mongodb
from storage.errors import StorageError
from storage.migrations import current_version, missing_indexes

TIMEOUT_MS = 3_000
OLDEST = (5, 0)
"""MongoDB's version, major and minor: transactions as we use them."""
LONGEST_TRANSACTION_S = 15
_DRIFT_WARNING = 2.0
_DRIFT_ERROR = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MongoState:
    """``in_use``: the database holds what we wrote before."""

    findings: Sequence[Finding] = ()
    in_use: bool = False


async def check_mongodb(settings: Settings) -> MongoState:
    """All that concerns MongoDB; what cannot be reached is one error."""
    if settings.storage.mongodb_uri is None:
        return MongoState()
    uri = settings.storage.mongodb_uri.get_secret_value()
    try:
        database = await connect_mongodb(uri, driver=settings.storage.driver, timeout_ms=TIMEOUT_MS)
        try:
            return await _mongodb(database)
        finally:
            await database.close()
    except StorageError as problem:
        cure = "检查 MongoDB 是否在运行、storage.mongodb_uri 和网络"
        said = "连不上 MongoDB" if problem.retryable else problem.sentence
        return MongoState(findings=[error("mongodb", said, cure)])


async def _mongodb(database: Database) -> MongoState:
    version = str((await database.command("buildInfo"))["version"])
    hello = await database.command("hello")
    schema = await current_version(database)
    findings = [
        _version(version),
        _replica_set(hello),
        clock_finding(hello["localTime"].replace(tzinfo=UTC), "MongoDB"),
        await _indexes(database, schema),
        await _transactions(database),
        *await check_backups(database),
    ]
    return MongoState(findings=findings, in_use=schema > 0)


def _version(version: str) -> Finding:
    major, minor, *_ = (int(part) for part in version.split(".")[:2])
    if (major, minor) < OLDEST:
        return error("mongodb", f"MongoDB {version} 太旧", f"升级到 {OLDEST[0]}.{OLDEST[1]} 或更新")
    return ok("mongodb", f"MongoDB {version}")


def _replica_set(hello: Mapping[str, Any]) -> Finding:
    if not hello.get("setName"):
        return error("mongodb", "MongoDB 不是副本集，不能用事务", "用 --replSet 启动，再执行一次 rs.initiate()")
    if not hello.get("isWritablePrimary"):
        return error("mongodb", "连到的 MongoDB 不是主节点", "连接串写全副本集，并带上 replicaSet=")
    return ok("mongodb", f"副本集 {hello['setName']}，主节点可写")


async def _indexes(database: Database, schema: int) -> Finding:
    if schema == 0:
        return ok("indexes", "数据库是新的，首次启动时建立索引")
    missing = await missing_indexes(database)
    if missing:
        return error("indexes", f"缺少索引：{'、'.join(missing)}", "重新启动 web 或 worker 一次；仍缺少时请查看日志")
    return ok("indexes", "索引齐全")


async def _transactions(database: Database) -> Finding:
    """A client that stalls leaves its transaction open, and with it the person's conversation shut, for so long."""
    try:
        answer = await database.sibling("admin").command("getParameter", 1, transactionLifetimeLimitSeconds=1)
    except StorageError:  # it takes a right that the service need not have
        return ok("transactions", "事务时限：没有查看的权限，请管理员确认不超过 15 秒")
    seconds = int(answer["transactionLifetimeLimitSeconds"])
    if seconds > LONGEST_TRANSACTION_S:
        cure = "mongod 加上 --setParameter transactionLifetimeLimitSeconds=5"
        return warning("transactions", f"卡顿后残留的事务最长会挡住一位居民 {seconds} 秒", cure)
    return ok("transactions", f"残留的事务 {seconds} 秒内结束")


def clock_finding(theirs: datetime, whose: str, *, now: datetime | None = None) -> Finding:
    """Our clock against another; platforms refuse us (and we them) when it is wrong."""
    drift = ((now or datetime.now(UTC)) - theirs).total_seconds()
    said = f"本机时钟和 {whose} 相差 {abs(drift):.1f} 秒"
    cure = "打开时间同步：timedatectl set-ntp true"
    if abs(drift) > _DRIFT_ERROR:
        return error("clock", said, cure)
    return warning("clock", said, cure) if abs(drift) > _DRIFT_WARNING else ok("clock", said)


async def check_redis(settings: Settings) -> list[Finding]:
    """All that concerns Redis."""
    if settings.redis.url is None:
        return []
    async with connect_redis(settings.redis.url.get_secret_value()) as client:
        try:
            info = await client.info("server")
        except (RedisError, OSError) as problem:
            cure = "检查 Redis 是否在运行、redis.url 和网络"
            return [error("redis", f"连不上 Redis（{type(problem).__name__}）", cure)]
    name = "Valkey" if "valkey_version" in info else "Redis"
    return [ok("redis", f"{name} {info.get('valkey_version', info.get('redis_version', '?'))}")]
