"""A worker's broadcasts alone, in a process of its own that a test kills.

``python broadcast_child.py URI DB KEYS LOG [MOST]``: once ``MOST`` are told, its platform answers nobody any more.
"""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from broadcast_kit import Phones, runs_of

from bot.broadcasts.pace import Rates
from channels.messages import Outbound, Sent
from storage.driver import connect
from storage.master_key import KeyFile
from storage.personal_data import open_vault
from storage.store import Store


@dataclass
class Silent(Phones):
    """So that whoever kills it comes in time, however late: some are told, some in doubt, some wait."""

    most: int = 0

    async def send(self, message: Outbound) -> Sent:
        await self._hangs()
        sent = await super().send(message)
        await self._hangs()
        return sent

    async def _hangs(self) -> None:
        if len(self.taken()) >= self.most:
            await asyncio.Event().wait()


async def main(uri: str, name: str, keys: str, log: str, most: str = "1_000_000") -> None:
    database = await connect(uri, timeout_ms=10_000, name=name)
    store = await Store.open(database, await open_vault(database, KeyFile(Path(keys))))
    phones = Silent(Path(log), slow=0.02, most=int(most))
    await runs_of(store, {("sms", "main"): phones}, rates=Rates(per_second={"sms": 200})).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
