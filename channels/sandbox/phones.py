"""What residents do: each deed is shown on their phone and pushed to the bot."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

import structlog

from channels.sandbox.envelopes import Fields, clean
from channels.sandbox.errors import SandboxRefused
from channels.sandbox.feed import From, Progress, Shown, ShownAs
from channels.sandbox.media import picture_type, silent_voice
from channels.sandbox.platform import Platform
from channels.sandbox.pusher import Outcome
from channels.sandbox.pushing import brought
from channels.sandbox.residents import Action, Resident

OUT_OF_SERVICE = "该公众号暂时无法提供服务，请稍后再试"
_TEXT_LIMIT = 2048
_PICTURE_LIMIT = 10 * 1024 * 1024
_VOICE_SECONDS = 3
_OWN_SCALE = 16


class Deed:
    """One push under way; ``outcome`` is there when ``done`` is."""

    def __init__(self, message_id: int | None) -> None:
        self.message_id = message_id
        self.outcome: Outcome | None = None
        self.task: asyncio.Task[None] | None = None

    async def wait(self) -> Outcome | None:
        if self.task:
            await asyncio.wait({self.task})
        return self.outcome


async def say(platform: Platform, resident: Resident, text: str, menu_id: str = "") -> Deed:
    """Send a text; ``menu_id`` says that it was tapped in an offered choice, not typed."""
    text = clean(text).strip()
    if not text:
        raise SandboxRefused("先写点什么再发送")
    if len(text.encode()) > _TEXT_LIMIT:
        raise SandboxRefused("一条消息最多约 680 个字，请分几条发")
    extra = {"bizmsgmenuid": menu_id} if menu_id else {}
    action = Action.MENU_CLICK if menu_id else Action.MESSAGE
    item = _own(platform, resident, "text", text)
    return await _send(platform, resident, {"MsgType": "text", "Content": text, **extra}, item, action)


async def picture(platform: Platform, resident: Resident, content: bytes, origin: str) -> Deed:
    """Send a picture; ``origin`` is the sandbox's own base URL, for PicUrl."""
    kind = picture_type(content)
    if kind is None:
        raise SandboxRefused("只能发送 JPG、PNG 或 GIF 图片")
    if len(content) > _PICTURE_LIMIT:
        raise SandboxRefused("图片不能超过 10 MB", http=413)
    media_id = _keep(platform, "image", kind, content)
    fields = {"MsgType": "image", "PicUrl": f"{origin}/_ctl/media/{media_id}", "MediaId": media_id}
    item = _own(platform, resident, "image", media_id=media_id)
    return await _send(platform, resident, fields, item, Action.MESSAGE)


async def voice(platform: Platform, resident: Resident) -> Deed:
    """Send three silent seconds; Recognition is empty, as the platform delivers it by now."""
    media_id = _keep(platform, "voice", "audio/amr", silent_voice(_VOICE_SECONDS))
    fields = {"MsgType": "voice", "MediaId": media_id, "Format": "amr", "Recognition": ""}
    item = _own(platform, resident, "voice", media_id=media_id, seconds=_VOICE_SECONDS)
    return await _send(platform, resident, fields, item, Action.MESSAGE)


async def location(platform: Platform, resident: Resident, latitude: float, longitude: float, label: str) -> Deed:
    """Send a place: degrees as Chinese platforms give them (GCJ-02)."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # noqa: PLR2004  degrees on a globe
        raise SandboxRefused("经纬度不对：纬度在 ±90、经度在 ±180 之间")
    fields: Fields = {
        "MsgType": "location",
        "Location_X": latitude,
        "Location_Y": longitude,
        "Scale": _OWN_SCALE,
        "Label": label,
    }
    item = _own(platform, resident, "location", label, latitude=latitude, longitude=longitude)
    return await _send(platform, resident, fields, item, Action.MESSAGE)


async def event(
    platform: Platform,
    resident: Resident,
    name: str,
    fields: Mapping[str, Any],
    action: Action | None = None,
) -> Deed:
    """Something that happens without a message: a menu click, a scan, or any event by name and fields."""
    return await _send(platform, resident, {"MsgType": "event", "Event": name, **fields}, None, action)


async def follow(platform: Platform, resident: Resident, key: str = "") -> Deed:
    if resident.followed:
        raise SandboxRefused("已经关注了", code="already", http=409)
    await platform.pusher.verify()
    resident.followed, resident.followed_at = True, platform.clock.now()
    platform.show(resident, ShownAs.SYSTEM, "line", f"你已关注{platform.settings.office}")
    return await event(platform, resident, "subscribe", {"EventKey": key}, Action.SUBSCRIBE)


async def scan(platform: Platform, resident: Resident, scene: str) -> Deed:
    """Scan a code of the account: whoever does not follow it yet comes to follow it thereby."""
    if resident.followed:
        return await event(platform, resident, "SCAN", {"EventKey": scene, "Ticket": "ticket"}, Action.SCAN)
    return await follow(platform, resident, f"qrscene_{scene}")


async def unfollow(platform: Platform, resident: Resident) -> Deed:
    _require_follower(resident)
    await platform.pusher.verify()
    deed = await event(platform, resident, "unsubscribe", {"EventKey": ""})
    resident.leave()
    platform.show(resident, ShownAs.SYSTEM, "line", f"你已取消关注{platform.settings.office}")
    return deed


def report(platform: Platform, resident: Resident, fields: Fields) -> None:
    """Tell the bot, a little later, what became of a notice; nothing it answers is shown."""

    async def later() -> None:
        await asyncio.sleep(platform.settings.receipt_seconds)
        await platform.pusher.push(resident.openid, _complete(platform, resident, fields))

    platform.tasks.start(later())


def _require_follower(resident: Resident) -> None:
    if not resident.followed:
        raise SandboxRefused("还没有关注这个公众号，请先关注", code="not_following", http=409)


def _keep(platform: Platform, kind: str, content_type: str, content: bytes) -> str:
    media_id = platform.ids.text("media", 64)
    platform.media.put(media_id, kind, content_type, content, platform.clock.now())
    return media_id


def _own(platform: Platform, resident: Resident, type_: str, text: str = "", **data: Any) -> Shown:
    return Shown(
        phone=resident.id,
        author=From.RESIDENT,
        kind=ShownAs.OWN,
        type=type_,
        text=text,
        data=data,
        at=platform.clock.now(),
        progress=Progress.SENDING,
    )


async def _send(
    platform: Platform, resident: Resident, fields: Fields, item: Shown | None, action: Action | None
) -> Deed:
    _require_follower(resident)
    await platform.pusher.verify()
    full = dict(_complete(platform, resident, fields))
    if item:
        full["MsgId"] = platform.ids.number(platform.clock.wall())
    if action:
        resident.acts(action, platform.clock.now())
    deed = Deed(full.get("MsgId"))
    shown = platform.feed.add(item) if item else None
    deed.task = platform.tasks.start(_carry(platform, resident, full, shown, deed))
    return deed


def _complete(platform: Platform, resident: Resident, fields: Fields) -> dict[str, Any]:
    head = {
        "ToUserName": platform.original_id,
        "FromUserName": resident.openid,
        "CreateTime": int(platform.clock.wall().timestamp()),
    }
    return {**head, **fields}


async def _carry(platform: Platform, resident: Resident, fields: Fields, shown: Shown | None, deed: Deed) -> None:
    push = partial(platform.pusher.push, resident.openid, fields)
    deed.outcome = await brought(platform.faults, push, repeat_after=platform.settings.answer_seconds)
    _show_outcome(platform, resident, deed.outcome, shown)


def _show_outcome(platform: Platform, resident: Resident, outcome: Outcome, shown: Shown | None) -> None:
    progress = Progress.RECEIVED
    if outcome.problem:
        progress = Progress.FAILED
        structlog.get_logger().warning("sandbox.push_failed", verdict=outcome.deliveries[-1].verdict)
    elif outcome.reply:
        progress = Progress.ANSWERED
    if shown:
        platform.feed.progress(shown.seq, progress)
    if not resident.followed:
        return
    if outcome.problem:
        platform.show(resident, ShownAs.SYSTEM, "line", OUT_OF_SERVICE, why=outcome.problem)
    elif outcome.reply:
        reply = outcome.reply
        platform.show(resident, ShownAs.PASSIVE, reply.type, reply.text, **reply.data)
