"""The account's menu and its QR codes, of the REST API."""

import hashlib
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from channels.sandbox.errcodes import ApiError
from channels.sandbox.platform import Platform
from channels.sandbox.rest import Answer, Api, ok, read_json

_MOST, _MOST_BELOW = 3, 5
_LONGEST_NAME, _LONGEST_NAME_BELOW, _LONGEST_KEY, _LONGEST_URL = 16, 60, 128, 1024
_LONGEST_SCENE = 64
_LONGEST_LIFE = 2_592_000
_MOST_CODES = 10_000
_KEYED = {"click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin"}
_TYPES = {**dict.fromkeys([*_KEYED, "location_select"], "key"), "view": "url", "miniprogram": "appid"}
_TYPES |= {"media_id": "media_id", "article_id": "article_id", "article_view_limited": "article_id"}
_SIDE, _DOT = 29, 8


async def _create(platform: Platform, request: web.Request) -> Answer:
    data = await read_json(request)
    _check_buttons(data.get("button"), most=_MOST, wrong=40016, below=False)
    platform.menu = {"button": data["button"]}
    return ok()


async def _get(platform: Platform, _: web.Request) -> Answer:
    if platform.menu is None:
        raise ApiError(46003)
    return {"menu": {"button": [{"sub_button": [], **each} for each in platform.menu["button"]]}}


async def _delete(platform: Platform, _: web.Request) -> Answer:
    platform.menu = None
    return ok()


def _check_buttons(buttons: object, *, most: int, wrong: int, below: bool) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= most:
        raise ApiError(wrong)
    for button in buttons:
        if not isinstance(button, Mapping):
            raise ApiError(40015)
        _check_button(button, below=below)


def _check_button(button: Mapping[str, Any], *, below: bool) -> None:
    name, key, url = (str(button.get(part, "")) for part in ("name", "key", "url"))
    if not 0 < len(name.encode()) <= (_LONGEST_NAME_BELOW if below else _LONGEST_NAME):
        raise ApiError(40025 if below else 40018)
    if button.get("sub_button"):
        if below:
            raise ApiError(40022)
        _check_buttons(button["sub_button"], most=_MOST_BELOW, wrong=40023, below=True)
        return
    needed = _TYPES.get(str(button.get("type")))
    if needed is None:
        raise ApiError(40017)
    if not button.get(needed) or len(key.encode()) > _LONGEST_KEY:
        raise ApiError(40019)
    if len(url.encode()) > _LONGEST_URL:
        raise ApiError(40020)


async def _qr_create(platform: Platform, request: web.Request) -> Answer:
    data = await read_json(request)
    scene, seconds = _scene(data), data.get("expire_seconds", 60)
    lasting = str(data["action_name"]).startswith("QR_LIMIT")
    if not lasting and not (isinstance(seconds, int) and 0 < seconds <= _LONGEST_LIFE):
        raise ApiError(40052)
    ticket = next((known for known, meant in platform.codes.items() if meant == scene and lasting), "")
    if not ticket:
        if len(platform.codes) >= _MOST_CODES:
            raise ApiError(45009)
        ticket = platform.ids.text("ticket", 96)
        platform.codes[ticket] = scene
    answer = {"ticket": ticket, "url": f"http://weixin.qq.com/q/{ticket[:16]}"}
    return answer if lasting else {**answer, "expire_seconds": seconds}


def _scene(data: Mapping[str, Any]) -> str:
    info = data.get("action_info")
    scene = info.get("scene") if isinstance(info, Mapping) else None
    if data.get("action_name") not in {"QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"}:
        raise ApiError(40053)
    if not isinstance(scene, Mapping):
        raise ApiError(40053)
    value = scene.get("scene_str" if "STR" in data["action_name"] else "scene_id")
    if not value or len(str(value)) > _LONGEST_SCENE:
        raise ApiError(40053)
    return str(value)


async def _qr_show(platform: Platform, request: web.Request) -> Answer:
    ticket = request.query.get("ticket", "")
    if ticket not in platform.codes:
        return web.Response(status=404, text="")
    return web.Response(body=_picture(ticket), content_type="image/png")


def _picture(ticket: str) -> bytes:
    """Black and white dots out of the ticket: a picture to look at, not a code that a phone could read."""
    bits = "".join(f"{byte:08b}" for n in range(4) for byte in hashlib.sha256(f"{n}{ticket}".encode()).digest())
    dots = [bits[row * _SIDE : (row + 1) * _SIDE] for row in range(_SIDE)]
    line = [b"\0" + b"".join((b"\0" if dot == "1" else b"\xff") * _DOT for dot in row) for row in dots]
    raw = b"".join(each * _DOT for each in line)
    head = struct.pack(">IIBBBBB", _SIDE * _DOT, _SIDE * _DOT, 8, 0, 0, 0, 0)
    parts = (b"IHDR", head), (b"IDAT", zlib.compress(raw)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


APIS = {
    "/cgi-bin/menu/create": Api(method="POST", handle=_create),
    "/cgi-bin/menu/get": Api(method="GET", handle=_get),
    "/cgi-bin/menu/delete": Api(method="GET", handle=_delete),
    "/cgi-bin/qrcode/create": Api(method="POST", handle=_qr_create),
    "/cgi-bin/showqrcode": Api(method="GET", handle=_qr_show, token=False),
}
