"""A server that kept five minutes of what was dropped ran out of files after a few hundred tests, and fell."""


async def test_the_embedded_server_keeps_nothing_of_what_was_dropped_beyond_a_checkpoint(database):
    admin = database.sibling("admin")
    kept = await admin.command("getParameter", 1, minSnapshotHistoryWindowInSeconds=1)
    assert kept["minSnapshotHistoryWindowInSeconds"] == 0
    told = await admin.command("getCmdLineOpts")
    assert int(told["parsed"]["storage"]["syncPeriodSecs"]) <= 10
