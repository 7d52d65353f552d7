"""What ``/_ctl/…`` answers alike for each platform that is played."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from aiohttp import web

from channels.sandbox.errors import SandboxAway, SandboxRefused
from channels.sandbox.feed import Feed
from channels.sandbox.inputs import read_number
from channels.sandbox.media import MediaStore
from channels.sandbox.phones import Deed

_LONGEST_WAIT = 30.0

PhoneJson = Mapping[str, object]


async def bot_state(verify: Callable[[], Awaitable[None]]) -> tuple[str, str]:
    """Whether the bot is there, and what is said of it; the first look after its start makes the URL check."""
    try:
        await verify()
    except SandboxAway as error:
        return "waiting", error.sentence
    except SandboxRefused as error:
        return "refused", error.sentence
    return "ready", ""


async def outcome_of(request: web.Request, deed: Deed | None, told: Mapping[str, object]) -> web.Response:
    """202 at once, or with ``?wait=1`` 200 with what the push came to."""
    if request.query.get("wait") != "1":
        return web.json_response(told, status=202)
    outcome = await deed.wait() if deed else None
    return web.json_response({**told, "outcome": asdict(outcome) if outcome else None})


async def news(request: web.Request, feed: Feed, phones: Callable[[], Sequence[PhoneJson]]) -> web.Response:
    """What is newer than ``after``; waits up to ``wait`` seconds for it. ``epoch`` changes with a reset."""
    after = int(read_number(request.query.get("after", "0"), "after"))
    seconds = min(max(read_number(request.query.get("wait", "0"), "wait"), 0.0), _LONGEST_WAIT)
    if seconds:
        await feed.wait(after, seconds)
    items = [item.as_json() for item in feed.since(after, request.query.get("phone", ""))]
    return web.json_response({"epoch": feed.epoch, "rev": feed.rev, "items": items, "phones": phones()})


def material(request: web.Request, media: MediaStore, now: datetime) -> web.Response:
    """What somebody sent besides words, for the page to show."""
    found = media.get(request.match_info["media_id"], now)
    if found is None:
        raise SandboxRefused("素材不存在或已过期", code="no_such_media", http=404)
    return web.Response(body=found.content, content_type=found.content_type)
