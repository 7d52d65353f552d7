"""Customer-service messages: what may be sent to a person who has just written, and the typing sign."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from channels.sandbox.errcodes import ApiError
from channels.sandbox.feed import ShownAs
from channels.sandbox.platform import Platform
from channels.sandbox.residents import Resident, Verdict
from channels.sandbox.rest import Answer, Api, ok, read_json

_TEXT_LIMIT = 2048
_TYPING_AFTER = timedelta(seconds=30)
_REFUSALS = {Verdict.SHUT: 45015, Verdict.USED: 45047}


async def _send(platform: Platform, request: web.Request) -> Answer:
    data = await read_json(request)
    kind = data.get("msgtype")
    if not isinstance(kind, str) or kind not in _CONTENTS:
        raise ApiError(40008)
    resident = recipient(platform, data)
    content = data.get(kind)
    if not isinstance(content, dict):
        raise ApiError(44004 if kind == "text" else 47001)
    type_, text, more = _CONTENTS[kind](platform, content)
    _charge(platform, resident)
    platform.show(resident, ShownAs.CUSTOMER_SERVICE, type_, text, **more)
    return ok()


def recipient(platform: Platform, data: Mapping[str, Any]) -> Resident:
    """The person in ``touser``; raises ApiError 40003 for nobody."""
    resident = platform.by_openid(data.get("touser"))
    if resident is None:
        raise ApiError(40003)
    return resident


def _charge(platform: Platform, resident: Resident) -> None:
    verdict = Verdict.SHUT if not resident.followed else resident.ledger.spend(platform.clock.now())
    if verdict in _REFUSALS:
        raise ApiError(_REFUSALS[verdict])


_Content = tuple[str, str, dict[str, Any]]


def _text(_: Platform, content: Mapping[str, Any]) -> _Content:
    text = content.get("content")
    if not isinstance(text, str) or not text.strip():
        raise ApiError(44004)
    if len(text.encode()) > _TEXT_LIMIT:
        raise ApiError(45002)
    return "text", text, {}


def _material(kind: str) -> Callable[[Platform, Mapping[str, Any]], _Content]:
    def read(platform: Platform, content: Mapping[str, Any]) -> _Content:
        material = platform.media.get(str(content.get("media_id")), platform.clock.now())
        if material is None or material.type != kind:
            raise ApiError(40007)
        return kind, "", {"media_id": material.id}

    return read


def _news(_: Platform, content: Mapping[str, Any]) -> _Content:
    articles = content.get("articles")
    if not isinstance(articles, list) or not all(isinstance(a, dict) for a in articles):
        raise ApiError(45162)
    if len(articles) != 1:
        raise ApiError(45008)
    shown = [{key: str(a.get(key, "")) for key in ("title", "description", "url")} for a in articles]
    return "article", "", {"articles": shown}


def _msgmenu(_: Platform, content: Mapping[str, Any]) -> _Content:
    choices = content.get("list")
    if not isinstance(choices, list) or not choices or not all(isinstance(c, dict) for c in choices):
        raise ApiError(47001)
    shown = [{"id": str(c.get("id", "")), "content": str(c.get("content", ""))} for c in choices]
    tail = str(content.get("tail_content", ""))
    return "menu", str(content.get("head_content", "")), {"choices": shown, "tail": tail}


_CONTENTS: dict[str, Callable[[Platform, Mapping[str, Any]], _Content]] = {
    "text": _text,
    "image": _material("image"),
    "voice": _material("voice"),
    "news": _news,
    "msgmenu": _msgmenu,
}


async def _typing(platform: Platform, request: web.Request) -> Answer:
    data = await read_json(request)
    resident, now = recipient(platform, data), platform.clock.now()
    command = data.get("command")
    if command not in {"Typing", "CancelTyping"}:
        raise ApiError(45072)
    if resident.last_message_at is None or now - resident.last_message_at > _TYPING_AFTER:
        raise ApiError(45080)
    if command == "Typing" and resident.typing(now):
        raise ApiError(45081)
    resident.typing_since = now if command == "Typing" else None
    platform.feed.touch()
    return ok()


APIS = {
    "/cgi-bin/message/custom/send": Api(method="POST", handle=_send),
    "/cgi-bin/message/custom/typing": Api(method="POST", handle=_typing),
}
