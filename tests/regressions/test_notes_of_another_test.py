"""What the server's profiler noted in one test was read by a later one that was lent the same database."""

from datetime import UTC, datetime

from database_pool import DatabasePool

from storage.embedded import Endpoints
from storage.migrations import VERSION, current_version, migrate


async def test_a_database_is_lent_without_what_its_profiler_noted_for_the_test_before(
    servers: Endpoints, driver: str
) -> None:
    pool, again = DatabasePool(servers.mongodb_uri), False
    for _ in range(4):
        async with pool.lent(driver) as database:
            again = await current_version(database) == VERSION
            await migrate(database, at=datetime(2026, 3, 1, tzinfo=UTC))
            await database.command("profile", 2)
            noted = await database["system.profile"].find({}, limit=5)
            assert noted == []
            await database["units"].find({}, limit=5)
    assert again
