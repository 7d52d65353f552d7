"""What the platform makes of the bot's answer to a push."""

import json
from typing import Any
from urllib.parse import unquote

from channels.sandbox.answers import Reply
from channels.sandbox.errors import Unreadable

TEXT_LIMIT = 300
_MOST_ARTICLES = 8


def read_answer(body: bytes, *, person: str, ours: str) -> Reply | None:
    """The reply, or None for an empty answer.

    Raises:
        Unreadable: for anything that the platform would drop.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("回复不是 UTF-8", code="not_utf8") from error
    if not text.strip():
        return None
    answer = _object(text, "回复不是 JSON 对象")
    if answer.get("result") is not True:
        raise Unreadable("回复的 result 不是 true", code="no_result")
    if str(answer.get("receiver_id")) != person or str(answer.get("sender_id")) != ours:
        raise Unreadable("回复的收发双方没有对调", code="ids_not_swapped")
    data = answer.get("data")
    if not isinstance(data, str):
        raise Unreadable("回复的 data 应为 URL 编码过的 JSON 字符串，不能是对象", code="data_not_encoded")
    return content(answer.get("type"), _object(unquote(data), "回复的 data 解码后不是 JSON 对象"))


def content(kind: object, data: dict[str, Any]) -> Reply:
    """A message of one of the three types.

    Raises:
        Unreadable: it is none, or not as it should be.
    """
    match kind:
        case "text":
            return _text(data)
        case "articles":
            return _articles(data)
        case "position" if {"longitude", "latitude"} <= data.keys():
            return Reply(type="location", data={"latitude": data["latitude"], "longitude": data["longitude"]})
        case _:
            raise Unreadable("回复的 type 不是 text、articles 或 position", code="unknown_type")


def _text(data: dict[str, Any]) -> Reply:
    text = data.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Unreadable("回复的文字是空的", code="empty")
    if len(text) > TEXT_LIMIT:
        raise Unreadable("回复的文字超过 300 个汉字", code="too_long")
    return Reply(type="text", text=text)


def _articles(data: dict[str, Any]) -> Reply:
    articles = data.get("articles")
    if not isinstance(articles, list) or not 1 <= len(articles) <= _MOST_ARTICLES:
        raise Unreadable("回复的图文条数不对", code="bad_articles")
    return Reply(type="article", data={"articles": articles})


def _object(text: str, sentence: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(sentence, code="not_json") from error
    if not isinstance(found, dict):
        raise Unreadable(sentence, code="not_json")
    return found
