"""Whether the embedded servers would start here, asked without starting them (for ``doctor``)."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from storage.embedded import binaries, mongodb, redis
from storage.embedded.diagnosis import explain
from storage.errors import EmbeddedFailed

_SECONDS = 10.0


async def troubles(environ: Mapping[str, str] = os.environ) -> Sequence[str]:
    """Say in a Chinese sentence for each server why it would not start; empty when both would."""
    asked = ((mongodb.NAME, binaries.mongod), (redis.NAME, binaries.redis_server))
    answers = await asyncio.gather(*(_trouble(name, find, environ) for name, find in asked))
    return [answer for answer in answers if answer]


async def _trouble(name: str, find: binaries.Find, environ: Mapping[str, str]) -> str:
    try:
        binary = find(environ)
    except EmbeddedFailed as error:
        return error.sentence
    try:
        async with asyncio.timeout(_SECONDS):
            code, said = await _version(binary)
    except TimeoutError:
        return f"{binary} 没有反应"
    return explain(name, code, said) if code else ""


async def _version(binary: Path) -> tuple[int, str]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(binary, "--version", stdout=pipe, stderr=asyncio.subprocess.STDOUT)
    try:
        said, _ = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    return process.returncode or 0, said.decode(errors="replace")
