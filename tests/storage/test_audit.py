"""The audit log is only added to, and shows where somebody tampered with it."""

import asyncio
import re

import pytest

from storage.audit import Audit, AuditFilter, AuditLine, Broken


@pytest.fixture
async def log(database, vault, now):
    audit = Audit(database, vault)
    for number in range(4):
        await audit.add(
            AuditLine(
                at=now, actor="m1", name="王芳", action="case.revealed", target=f"WF{number}", details={"why": "回访"}
            )
        )
    return audit


async def test_lines_come_back_newest_first_and_the_chain_holds(log):
    assert [line.seq for line in await log.newest(3)] == [4, 3, 2]
    assert [line.seq for line in await log.newest(3, before=3)] == [2, 1]
    [line] = await log.newest(9, wanted=AuditFilter(target="WF2"))
    assert (line.name, line.details) == ("王芳", {"why": "回访"})
    assert await log.check() == (4, None)


async def test_lines_written_at_once_stand_in_one_row(database, vault, now):
    logs = [Audit(database, vault) for _ in range(4)]
    line = AuditLine(at=now, actor="m1", action="signed_in")
    seqs = await asyncio.gather(*(each.add(line) for each in logs for _ in range(5)))
    assert sorted(seqs) == list(range(1, 21))
    assert await logs[0].check() == (20, None)


@pytest.mark.parametrize(
    "change", [{"actor": "somebody"}, {"action": "case.read"}, {"target": "WF9"}, {"details": b"x"}, {"digest": b"x"}]
)
async def test_a_changed_line_breaks_the_chain_where_it_is(log, database, change):
    await database["audit"].update_one({"_id": 2}, {"$set": change})
    assert await log.check() == (1, Broken(seq=2, how="changed"))


async def test_a_removed_line_breaks_the_chain(log, database):
    await database["audit"].delete_one({"_id": 3})
    assert await log.check() == (2, Broken(seq=3, how="missing"))


async def test_a_mark_that_was_noted_shows_that_the_newest_lines_were_cut_off(log, database, now):
    mark = await log.mark()
    assert re.fullmatch("4-[0-9a-f]{20}", mark)
    assert await log.holds(f" {mark.upper()}\n")
    await log.add(AuditLine(at=now, actor="m1", action="signed_in"))
    assert await log.holds(mark)
    await database["audit"].delete_many({"_id": {"$gte": 4}})
    assert await log.check() == (3, None), "the chain alone does not show it"
    assert not await log.holds(mark)
    await log.add(AuditLine(at=now, actor="m2", action="signed_in"))
    assert await log.check() == (4, None)
    assert not await log.holds(mark), "another line of that number"


@pytest.mark.parametrize("said", ["", "4", "4-", "4-xyz", "-4-" + "0" * 20, "4-" + "0" * 21, "4" * 13 + "-" + "0" * 20])
async def test_what_is_no_mark_is_refused(log, said):
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        await log.holds(said)


async def test_a_log_without_a_line_has_no_mark(database, vault):
    assert await Audit(database, vault).mark() == ""


async def test_names_and_reasons_are_not_readable_in_the_store(log, database):
    kept = repr(await database["audit"].find({}, limit=9))
    assert "王芳" not in kept
    assert "回访" not in kept
