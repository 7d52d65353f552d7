"""Reading an answer of the bot to its end, but no further than is sensible."""

import aiohttp


async def read_bounded(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """The body, cut after ``most`` bytes."""
    content = b""
    while len(content) < most and not answer.content.at_eof():
        content += await answer.content.read(most - len(content))
    return content
