"""Tokens, users and media of the REST API."""

from typing import Any

from aiohttp import BodyPartReader, web

from channels.sandbox.errcodes import ApiError
from channels.sandbox.media import picture_type
from channels.sandbox.platform import Platform
from channels.sandbox.rest import Answer, Api, read_json

_LIMITS = {"image": 10, "voice": 2, "video": 10, "thumb": 0.0625}
_MEGABYTE = 1024 * 1024


async def _token(platform: Platform, request: web.Request) -> Answer:
    query = request.query
    _check_secret(platform, query.get("grant_type"), query.get("appid"), query.get("secret"))
    text, seconds = platform.tokens.plain(platform.clock.now())
    return {"access_token": text, "expires_in": seconds}


async def _stable_token(platform: Platform, request: web.Request) -> Answer:
    data = await read_json(request)
    _check_secret(platform, data.get("grant_type"), data.get("appid"), data.get("secret"))
    force = data.get("force_refresh") is True
    text, seconds = platform.tokens.stable(platform.clock.now(), force=force)
    return {"access_token": text, "expires_in": seconds}


def _check_secret(platform: Platform, grant: object, app_id: object, secret: object) -> None:
    settings = platform.settings
    for wrong, errcode in (
        (grant != "client_credential", 40002),
        (not app_id, 41002),
        (not secret, 41004),
        (app_id != settings.app_id, 40013),
        (secret != settings.app_secret, 40125),
    ):
        if wrong:
            raise ApiError(errcode)


async def _user_info(platform: Platform, request: web.Request) -> Answer:
    resident = platform.by_openid(request.query.get("openid"))
    if resident is None:
        raise ApiError(40003)
    if not resident.followed:
        return {"subscribe": 0, "openid": resident.openid, "tagid_list": []}
    return {
        "subscribe": 1,
        "openid": resident.openid,
        "language": "zh_CN",
        "subscribe_time": int(resident.followed_at.timestamp()),
        "remark": "",
        "groupid": 0,
        "tagid_list": sorted(resident.tags),
        "subscribe_scene": "ADD_SCENE_SEARCH",
        "qr_scene": 0,
        "qr_scene_str": "",
    }


async def _media_upload(platform: Platform, request: web.Request) -> Answer:
    kind = request.query.get("type", "")
    if kind not in _LIMITS:
        raise ApiError(40004)
    content, content_type = await _media_part(request)
    if len(content) > _LIMITS[kind] * _MEGABYTE:
        raise ApiError(40009 if kind == "image" else 45001)
    if kind in {"image", "thumb"} and picture_type(content) is None:
        raise ApiError(40004)
    now, media_id = platform.clock.now(), platform.ids.text("media", 64)
    platform.media.put(media_id, kind, picture_type(content) or content_type, content, now)
    return {"type": kind, "media_id": media_id, "created_at": int(now.timestamp())}


async def _media_part(request: web.Request) -> tuple[bytes, str]:
    if not request.content_type.startswith("multipart/"):
        raise ApiError(41005)
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.name == "media":
            content = bytes(await part.read())
            if content:
                return content, part.headers.get("Content-Type", "application/octet-stream")
    raise ApiError(41005)


async def _media_get(platform: Platform, request: web.Request) -> Answer:
    material = platform.media.get(request.query.get("media_id", ""), platform.clock.now())
    if material is None:
        raise ApiError(40007)
    ending = material.content_type.rpartition("/")[2]
    headers: dict[str, Any] = {"Content-Disposition": f'attachment; filename="{material.id}.{ending}"'}
    return web.Response(body=material.content, content_type=material.content_type, headers=headers)


APIS = {
    "/cgi-bin/token": Api(method="GET", handle=_token, token=False),
    "/cgi-bin/stable_token": Api(method="POST", handle=_stable_token, token=False),
    "/cgi-bin/user/info": Api(method="GET", handle=_user_info),
    "/cgi-bin/media/upload": Api(method="POST", handle=_media_upload),
    "/cgi-bin/media/get": Api(method="GET", handle=_media_get),
}
