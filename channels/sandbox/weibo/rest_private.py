"""Private messages within their windows, pictures, and what the token is."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from channels.sandbox.errors import Unreadable
from channels.sandbox.feed import ShownAs
from channels.sandbox.weibo.answers import content
from channels.sandbox.weibo.errcodes import ApiError
from channels.sandbox.weibo.platform import WeiboPlatform


async def reply(platform: WeiboPlatform, fields: Mapping[str, str]) -> dict[str, Any]:
    """A private message: ``data`` is JSON, form-encoded once."""
    person = platform.by_uid(fields.get("receiver_id", ""))
    if person is None:
        raise ApiError(20003)
    try:
        data = json.loads(fields.get("data", ""))
        if not isinstance(data, dict):
            raise ApiError(10008)
        message = content(fields.get("type"), data)
    except ValueError as error:
        raise ApiError(10008) from error
    except Unreadable as error:
        raise ApiError(20013 if error.reason == "too_long" else 10008) from error
    if not person.takes_message(platform.clock.now()):
        raise ApiError(20301)
    platform.show(person, ShownAs.CUSTOMER_SERVICE, message.type, message.text, **message.data)
    return {
        "result": True,
        "sender_id": int(platform.account.uid),
        "receiver_id": int(person.uid),
        "type": fields.get("type"),
        "data": fields.get("data"),
    }


async def media(platform: WeiboPlatform, fields: Mapping[str, str]) -> web.Response:
    """The bytes of a picture or voice."""
    found = platform.media.get(fields.get("fid", ""), platform.clock.now())
    if found is None:
        raise ApiError(10008)
    return web.Response(body=found.content, content_type=found.content_type)


async def token_info(platform: WeiboPlatform, _: Mapping[str, str]) -> dict[str, Any]:
    """Whose token it is, of which app, and for how many seconds still."""
    now = platform.clock.now().timestamp()
    return {
        "uid": int(platform.account.uid),
        "appkey": platform.account.app_key,
        "scope": None,
        "create_at": int(now) - 3600,
        "expire_in": int(platform.token_until - now),
    }


async def limits(platform: WeiboPlatform, _: Mapping[str, str]) -> dict[str, Any]:
    quotas = platform.quotas
    return {"user_limit": quotas.calls_a_day, "remaining_user_hits": max(0, quotas.calls_a_day - quotas.calls)}
