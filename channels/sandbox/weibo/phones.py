"""What people do on Weibo: each deed is shown on their phone and pushed to the bot."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import structlog

from channels.sandbox.errors import SandboxRefused
from channels.sandbox.feed import From, Progress, Shown, ShownAs
from channels.sandbox.media import picture_type, silent_voice
from channels.sandbox.phones import Deed
from channels.sandbox.pusher import Outcome
from channels.sandbox.pushing import brought
from channels.sandbox.weibo.people import Person
from channels.sandbox.weibo.platform import WeiboPlatform
from channels.sandbox.weibo.public import Words, weibo_time

_TEXT_LIMIT = 10_000
_PICTURE_LIMIT = 5 * 1024 * 1024
_VOICE_SECONDS = 3
_WORDS_LIMIT = 140
_OPENING = frozenset({"follow", "subscribe", "scan", "scan_follow", "click"})
_SENTENCES = {"follow": "关注事件消息", "unfollow": "取消关注事件消息", "subscribe": "dy", "unsubscribe": "td"}


async def say(platform: WeiboPlatform, person: Person, text: str) -> Deed:
    """Send a private message."""
    if not text.strip():
        raise SandboxRefused("先写点什么再发送")
    if len(text) > _TEXT_LIMIT:
        raise SandboxRefused("一条私信太长了，请分几条发")
    return await _private(
        platform, person, _complete(platform, person, "text", text, {}), _own(platform, person, "text", text)
    )


async def picture(platform: WeiboPlatform, person: Person, content: bytes) -> Deed:
    """Send a picture."""
    kind = picture_type(content)
    if kind is None:
        raise SandboxRefused("只能发送 JPG、PNG 或 GIF 图片")
    if len(content) > _PICTURE_LIMIT:
        raise SandboxRefused("图片不能超过 5 MB", http=413)
    data = _keep(platform, "image", kind, content)
    item = _own(platform, person, "image", media_id=str(data["tovfid"]))
    return await _private(platform, person, _complete(platform, person, "image", "发了一张图片", data), item)


async def voice(platform: WeiboPlatform, person: Person) -> Deed:
    """Send three silent seconds."""
    data = _keep(platform, "voice", "audio/amr", silent_voice(_VOICE_SECONDS))
    item = _own(platform, person, "voice", media_id=str(data["tovfid"]), seconds=_VOICE_SECONDS)
    return await _private(platform, person, _complete(platform, person, "voice", "发了一个语音消息", data), item)


async def position(platform: WeiboPlatform, person: Person, latitude: float, longitude: float) -> Deed:
    """Send a place; the platform gives degrees as strings."""
    data = {"longitude": f"{longitude:.6f}", "latitude": f"{latitude:.6f}"}
    item = _own(platform, person, "location", latitude=latitude, longitude=longitude)
    return await _private(
        platform, person, _complete(platform, person, "position", "我在这里: http://t.cn/zQgLLYO", data), item
    )


async def event(platform: WeiboPlatform, person: Person, subtype: str, key: str = "", ticket: str = "") -> Deed:
    """Follow, leave, tap the menu, scan: whatever is no message."""
    data = {"subtype": subtype, **({"key": key} if key else {}), **({"ticket": ticket} if ticket else {})}
    await platform.pusher.verify()
    if subtype in {"follow", "scan_follow"}:
        person.follows = True
    if subtype in _OPENING:
        person.speaks(platform.clock.now())
    if subtype == "unfollow":
        person.leaves()
    return await _push(platform, person, _complete(platform, person, "event", _SENTENCES.get(subtype, ""), data), None)


async def post(platform: WeiboPlatform, person: Person, text: str, *, pushed: bool) -> tuple[Words, Deed | None]:
    """Write a post that names the account; ``pushed``: the account may have mentions pushed."""
    words = _speak(platform, person, text, lists=("status_mentions",))
    return words, await _mention(platform, person, words, "status") if pushed else None


async def comment(
    platform: WeiboPlatform, person: Person, text: str, status: str, *, pushed: bool
) -> tuple[Words, Deed | None]:
    """Comment a post of the account (no ``status``: its pinned one), or name the account under somebody's."""
    under = platform.square.get(status) if status else None
    number = under.id if under else int(status or 0) or platform.ids.number(platform.clock.wall())
    ours = under is None or under.uid == platform.account.uid
    lists = ("to_me",) if ours else ("comment_mentions",)
    words = _speak(platform, person, text, lists=lists, status=number)
    return words, await _mention(platform, person, words, "comment") if pushed else None


async def _mention(platform: WeiboPlatform, person: Person, words: Words, subtype: str) -> Deed:
    await platform.pusher.verify()
    person.mentions(platform.clock.now())
    data = {"subtype": subtype, "key": str(words.id)}
    return await _push(platform, person, _complete(platform, person, "mention", words.text, data), None)


def _speak(platform: WeiboPlatform, person: Person, text: str, *, lists: tuple[str, ...], status: int = 0) -> Words:
    if not 1 <= len(text) <= _WORDS_LIMIT:
        raise SandboxRefused("公开的话要有 1 到 140 个字")
    number, now = platform.ids.number(platform.clock.wall()), platform.clock.now()
    words = Words(id=number, uid=person.uid, name=person.name, text=text, at=now, status=status, lists=lists)
    platform.square.put(words)
    public = Shown(
        phone=person.id, author=From.RESIDENT, kind=ShownAs.PUBLIC, type="text", text=text, at=now,
        data={"id": str(number), "status": str(status or "")},
    )  # fmt: skip
    platform.feed.add(public)
    return words


def _keep(platform: WeiboPlatform, kind: str, content_type: str, content: bytes) -> dict[str, Any]:
    number = platform.ids.number(platform.clock.wall())
    platform.media.put(str(number), kind, content_type, content, platform.clock.now())
    return {"vfid": number - 1, "tovfid": number}


def _own(platform: WeiboPlatform, person: Person, type_: str, text: str = "", **data: Any) -> Shown:
    return Shown(
        phone=person.id,
        author=From.RESIDENT,
        kind=ShownAs.OWN,
        type=type_,
        text=text,
        data=data,
        at=platform.clock.now(),
        progress=Progress.SENDING,
    )


def _complete(platform: WeiboPlatform, person: Person, kind: str, text: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": kind,
        "receiver_id": int(platform.account.uid),
        "sender_id": int(person.uid),
        "created_at": weibo_time(platform.clock.wall()),
        "text": text,
        "data": dict(data),
    }


async def _private(platform: WeiboPlatform, person: Person, fields: Mapping[str, Any], item: Shown) -> Deed:
    await platform.pusher.verify()
    person.speaks(platform.clock.now())
    return await _push(platform, person, fields, item)


async def _push(platform: WeiboPlatform, person: Person, fields: Mapping[str, Any], item: Shown | None) -> Deed:
    deed, shown = Deed(None), platform.feed.add(item) if item else None
    deed.task = platform.tasks.start(_carry(platform, person, fields, shown, deed))
    return deed


async def _carry(
    platform: WeiboPlatform, person: Person, fields: Mapping[str, Any], shown: Shown | None, deed: Deed
) -> None:
    push = partial(platform.pusher.push, person.uid, fields)
    deed.outcome = await brought(platform.faults, push, repeat_after=platform.settings.answer_seconds)
    _show_outcome(platform, person, deed.outcome, shown)


def _show_outcome(platform: WeiboPlatform, person: Person, outcome: Outcome, shown: Shown | None) -> None:
    progress = Progress.ANSWERED if outcome.reply else Progress.RECEIVED
    if outcome.problem:
        progress = Progress.FAILED
        structlog.get_logger().warning("sandbox.push_failed", verdict=outcome.deliveries[-1].verdict)
    if shown:
        platform.feed.progress(shown.seq, progress)
    if outcome.reply:
        reply = outcome.reply
        platform.show(person, ShownAs.PASSIVE, reply.type, reply.text, **reply.data)
