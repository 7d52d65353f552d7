"""Waiting until what was started answers."""

import asyncio
import time
from collections.abc import Sequence

import aiohttp

_LOOK_AGAIN_S = 0.05
_LOOK_S = 2.0
_OK = 200


async def all_ready(urls: Sequence[str], seconds: float) -> str:
    """Wait until every address answers 200: "" then; after ``seconds``, the first that does not."""
    until = time.monotonic() + seconds
    waiting = list(urls)
    timeout = aiohttp.ClientTimeout(total=_LOOK_S)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as session:
        while waiting and time.monotonic() < until:
            if await _answers(session, waiting[0]):
                waiting.pop(0)
            else:
                await asyncio.sleep(_LOOK_AGAIN_S)
    return waiting[0] if waiting else ""


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.status == _OK
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False
