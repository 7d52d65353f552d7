"""The answer to a push: the reply in the platform's own form, or nothing."""

import json
from dataclasses import dataclass, field
from urllib.parse import quote

from channels.base import WebhookResponse
from channels.weibo.wire import Fields, number

ACKNOWLEDGED = WebhookResponse()
"""An empty answer stops the platform from repeating the call; the person sees nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyContext:
    """Who gets the answer, from whom."""

    person: str = field(repr=False)
    ours: str


def context_of(fields: Fields) -> ReplyContext:
    return ReplyContext(person=number(fields, "sender_id"), ours=number(fields, "receiver_id"))


def text_data(text: str) -> str:
    """The content of a text message as JSON."""
    return json.dumps({"text": text}, ensure_ascii=False, separators=(",", ":"))


def passive_reply(context: ReplyContext, text: str) -> WebhookResponse:
    """``text`` as the HTTP answer: sender and receiver change places, ``data`` is a URL-encoded string."""
    document = {
        "result": True,
        "receiver_id": int(context.person),
        "sender_id": int(context.ours),
        "type": "text",
        "data": quote(text_data(text), safe=""),
    }
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return WebhookResponse(body=body, content_type="application/json; charset=utf-8")
