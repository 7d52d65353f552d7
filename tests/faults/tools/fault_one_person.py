"""One person who writes and writes, over all web processes, and what everybody else feels of it.

By hand: ``make faults-order``. A thousand texts of one person, and the waiting times of twenty others before and meanwhile.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import aiohttp
from fault_cluster import Cluster
from fault_people import SmsWire, Talker, WeChatWire
from residents import Town

from channels.messages import Address
from storage.conversations import conversation_id
from storage.embedded import EmbeddedServers

_OTHERS = 20
_PAUSE_S = 0.5
_LOOK_AGAIN_S = 0.25


async def sprayed(talker: Talker, count: int) -> Sequence[str]:
    """Say ``count`` texts, each to another process, each acknowledged before the next; give them."""
    for number in range(count):
        text = talker.mark(number)
        await talker.say({0: talker.resident.all_at_once, 1: "确认"}.get(number, f"补充：{text}"))
    return [said.text for said in talker.said]


async def _others(talkers: Sequence[Talker], until: "asyncio.Event") -> Sequence[float]:
    """Seconds that each answer took."""

    async def ask(talker: Talker) -> None:
        while not until.is_set():
            await talker.say("信访多久能办完？")
            await asyncio.sleep(_PAUSE_S)

    before = [len(talker.said) for talker in talkers]
    await asyncio.gather(*(ask(talker) for talker in talkers))
    return [said.seconds for talker, first in zip(talkers, before, strict=True) for said in talker.said[first:]]


def _told(what: str, seconds: Sequence[float]) -> str:
    cuts = statistics.quantiles(seconds, n=100)
    return f"{what}: {len(seconds)} answers, p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"


async def measure(folder: Path, messages: int) -> bool:
    servers = EmbeddedServers(folder / "servers")
    cluster = Cluster(folder / "service", await servers.start(), webs=4, workers=1)
    try:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True)) as http:
            await cluster.start()
            return await _measured(cluster, http, messages)
    finally:
        await cluster.stop()
        await servers.stop()


async def _measured(cluster: Cluster, http: aiohttp.ClientSession, messages: int) -> bool:
    accounts, town = cluster.platforms.accounts, Town()

    def person(wire: WeChatWire | SmsWire) -> Talker:
        resident = town.resident()
        sender = resident.openid if wire.channel == "wechat" else resident.phone
        return Talker(
            resident=resident, sender=sender, wire=wire, webs=cluster.addresses, http=http, chance=cluster.chance
        )

    one, others = person(SmsWire(accounts)), [person(WeChatWire(accounts)) for _ in range(_OTHERS)]
    enough = asyncio.Event()
    asyncio.get_running_loop().call_later(10, enough.set)
    print(_told("alone", await _others(others, enough)))  # noqa: T201
    done = asyncio.Event()
    beside = asyncio.create_task(_others(others, done))
    texts = await sprayed(one, messages)
    begun = time.monotonic()
    async with cluster.store() as store:
        key = conversation_id(store.vault, Address(channel="sms", account="main", sender=one.sender))
        while await store.inbox.pending(key, limit=1):  # noqa: ASYNC110 - however long it takes
            await asyncio.sleep(_LOOK_AGAIN_S)
        took = time.monotonic() - begun
        done.set()
        print(_told(f"beside {messages} of one person", await beside))  # noqa: T201
        found = await store.database["cases"].count({}, limit=2)
        [case] = (await store.cases.list(limit=2)).items
        timeline = await store.cases.timeline(case.number, limit=messages + 10)
    added = [entry.note for entry in timeline if entry.kind == "added"]
    right = found == 1 and added == [text.removeprefix("补充：") for text in texts[2:]]
    order = "in order" if right else "NOT in order"
    print(f"{len(added)} added, {order}; all heard {took:.1f} s after the last was sent")  # noqa: T201
    return right


def main() -> int:
    parser = argparse.ArgumentParser(description="One person's messages over four processes, beside twenty others.")
    parser.add_argument("--messages", type=int, default=1_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, asyncio.Runner() as runner:
        return 0 if runner.run(measure(Path(folder), given.messages)) else 1


if __name__ == "__main__":
    sys.exit(main())
