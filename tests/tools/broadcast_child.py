"""A worker's broadcasts alone, in a process of its own that a test kills: ``python broadcast_child.py URI DB KEYS LOG``."""

import asyncio
import sys
from pathlib import Path

from broadcast_kit import Phones, runs_of

from bot.broadcasts.pace import Rates
from storage.driver import connect
from storage.master_key import KeyFile
from storage.personal_data import open_vault
from storage.store import Store


async def main(uri: str, name: str, keys: str, log: str) -> None:
    database = await connect(uri, timeout_ms=10_000, name=name)
    store = await Store.open(database, await open_vault(database, KeyFile(Path(keys))))
    slowly = Rates(per_second={"sms": 200})  # so that whoever kills it comes in time
    await runs_of(store, {("sms", "main"): Phones(Path(log), slow=0.02)}, rates=slowly).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
