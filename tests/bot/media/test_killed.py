"""A worker that is killed (SIGKILL) when the content is stored and the record not yet written: it is kept once."""

import asyncio
import random
import sys
from datetime import UTC, datetime, timedelta

from waiting import awaited

from bot.casework.service import Casework
from bot.media.fetching import LEASE_SECONDS, Limits, MediaFetcher, patience
from channels.base import Fetched
from channels.messages import Address, Inbound, Kind, Media
from storage.attachment_records import FILES, AttachmentState
from storage.store import Store

PICTURE = b"\xff\xd8\xff" + bytes(range(256)) * 3_000
DYING = """
import asyncio, os, random, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.media.fetching import Limits, MediaFetcher, patience
from channels.base import Fetched
from storage.driver import connect
from storage.master_key import KeyFile
from storage.personal_data import open_vault
from storage.store import Store

class Platform:
    async def fetch(self, media):
        return Fetched(content=bytes.fromhex("ffd8ff") + bytes(range(256)) * 3_000)

async def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)

async def main(uri, name, key, attachment):
    database = await connect(uri, name=name, timeout_ms=10_000)
    store = await Store.open(database, await open_vault(database, KeyFile(Path(key))))
    store.attachments._settle = killed
    await MediaFetcher(
        store=store, channels={("wechat", "main"): Platform()}, casework=None, limits=Limits(largest={}, daily=9),
        clock=lambda: datetime.now(UTC), chance=random.Random(1), backoff=patience(),
    ).fetch(attachment)

asyncio.run(main(*sys.argv[1:]))
"""


class Platform:
    async def fetch(self, _media: Media) -> Fetched:
        return Fetched(content=PICTURE)


async def test_a_picture_is_kept_once_though_its_first_worker_was_killed(database, vault, servers, tmp_path):
    store, now = await Store.open(database, vault), datetime.now(UTC)
    sent = Inbound(
        address=Address(channel="wechat", account="main", sender="oNobody-in-particular-0000004"),
        message_id="1",
        kind=Kind.IMAGE,
        sent_at=now,
        received_at=now,
        media=Media(id="media-1"),
    )
    [kept] = await store.inbox.add([sent])
    want = store.attachments.want(kept.arrived, case_numbers=[], now=now, unfiled=timedelta(days=7))
    await store.committer.commit([want])
    key = store.attachments.id_of(kept.arrived.id)

    words = ["-c", DYING, servers.mongodb_uri, database.name, str(tmp_path / "keys" / "master.key"), key]
    dying = await asyncio.create_subprocess_exec(sys.executable, *words)
    assert await awaited(dying.wait(), "it dies") == -9
    files, chunks = (database[f"{FILES}.{part}"] for part in ("files", "chunks"))
    assert (await files.count({}, limit=9), await chunks.count({}, limit=99)) == (1, 3)

    later = datetime.now(UTC) + timedelta(seconds=LEASE_SECONDS)
    casework = Casework(store=store, clock=lambda: later, chance=None, office="", kick=None)
    await MediaFetcher(
        store=store,
        channels={("wechat", "main"): Platform()},
        casework=casework,
        limits=Limits(largest={}, daily=9),
        clock=lambda: later,
        chance=random.Random(1),
        backoff=patience(),
    ).fetch(key)
    found = await store.attachments.get(key)
    assert found.state is AttachmentState.KEPT
    assert b"".join([piece async for piece in store.attachments.content(found)]) == PICTURE
    assert (await files.count({}, limit=9), await chunks.count({}, limit=99)) == (1, 3)
