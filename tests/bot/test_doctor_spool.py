"""The doctor tells what waits on this machine, and what people must look at."""

import os
from pathlib import Path

from tink import aead, new_keyset_handle

from bot.doctor.findings import Level
from bot.doctor.spool import check_spool
from bot.settings import load
from storage.spool import Room, Spool


async def told(folder: Path) -> list[tuple[Level, str]]:
    found = await check_spool(load([], {"BOT_DATA_DIR": str(folder)}, channels=()))
    assert all(each.cure for each in found if each.level is not Level.OK)
    return [(each.level, each.message) for each in found]


async def test_what_waits_and_what_was_set_aside_is_named(tmp_path: Path) -> None:
    assert await told(tmp_path) == [(Level.OK, "本机没有暂存的内容")]
    aead.register()
    master = new_keyset_handle(aead.aead_key_templates.AES256_GCM).primitive(aead.Aead)
    spool = Spool.make(tmp_path / "spool", master, Room(max_bytes=10_000, max_count=10))
    spool.append(1_700_000_000_000_000_000, b"words", 2)
    spool.append(1_700_000_000_000_000_001, b"words", 1)
    [(level, message)] = await told(tmp_path)
    assert (level, message[:2]) == (Level.WARNING, "3 ")
    kept = spool.set_aside(spool.batches()[0])
    os.close(spool._lock)  # as the kernel does when its process dies
    (aside, what), (left, whose) = await told(tmp_path)
    assert (aside, left) == (Level.ERROR, Level.WARNING)
    assert str(kept) in what
    assert str(spool.folder) in whose
    assert whose.startswith("1 条")
