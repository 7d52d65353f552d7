"""One process that sends to WeChat: it shares nothing with the others but Redis.

On its input one JSON line says how (``settings``, ``redis``); then each line is an order: how many seconds the clock goes on,
and how many messages are sent at once. It is answered by one line with their codes, "" for those that went well.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import structlog

from bot.shared_state import RedisState
from channels.base import Tools
from channels.errors import SendFailed
from channels.messages import Address, Outbound, Via
from channels.wechat import factory


@dataclass
class Clock:
    """The machine's, but that it can be moved on."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


async def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    clock = Clock()
    given = json.loads(await _line())
    shared = RedisState(given["redis"])
    async with aiohttp.ClientSession() as http:
        tools = Tools(http=http, shared=shared, clock=clock, base_url="http://127.0.0.1")
        channel = factory("main", given["settings"], tools)
        await shared.reachable()
        _tell("ready")
        while order := (await _line()).strip():
            seconds, count = order.split()
            clock.ahead += timedelta(seconds=float(seconds))
            _tell(await asyncio.gather(*(_send(channel, number) for number in range(int(count)))))
        await channel.aclose()
    await shared.aclose()


async def _send(channel: Any, number: int) -> str:
    address = Address(channel="wechat", account="main", sender=f"oSomebody{number:04d}")
    try:
        await channel.send(Outbound(id=f"{number:032d}", address=address, via=Via.CUSTOMER_SERVICE, text="您好"))
    except SendFailed as error:
        return error.code
    return ""


async def _line() -> str:
    return await asyncio.to_thread(sys.stdin.readline)


def _tell(what: str | list[str] | Mapping[str, str]) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201 - its answer


if __name__ == "__main__":
    asyncio.run(main())
