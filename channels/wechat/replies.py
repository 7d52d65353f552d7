"""The answer to a callback: a passive text reply, in the form and under the key the callback came with."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from wechatpy.replies import TextReply

from channels.base import WebhookResponse
from channels.wechat.codec import MessageCipher, Opened
from channels.wechat.signature import sign
from channels.wechat.wire import Form, leaf

ACKNOWLEDGED = WebhookResponse(body=b"success")
"""Stops the platform from repeating the call; the person sees nothing. Needs no encryption."""

_CONTENT_TYPES = {Form.XML: "application/xml; charset=utf-8", Form.JSON: "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyContext:
    """Who gets the answer, from whom, and how it is wrapped."""

    person: str = field(repr=False)
    ours: str
    form: Form
    cipher: MessageCipher | None = field(repr=False)


def context_of(opened: Opened) -> ReplyContext:
    return ReplyContext(
        person=leaf(opened.fields, "FromUserName"),
        ours=leaf(opened.fields, "ToUserName"),
        form=opened.form,
        cipher=opened.cipher,
    )


def passive_reply(context: ReplyContext, text: str, *, token: str, now: datetime) -> WebhookResponse:
    """``text`` as the HTTP answer. ``token`` signs it where it is encrypted."""
    document = _document(context, text, int(now.timestamp()))
    if context.cipher is not None:
        document = _sealed(document, context.cipher, form=context.form, token=token, now=now)
    return WebhookResponse(body=document.encode(), content_type=_CONTENT_TYPES[context.form])


def _document(context: ReplyContext, text: str, seconds: int) -> str:
    if context.form is Form.JSON:
        fields = {"ToUserName": context.person, "FromUserName": context.ours, "CreateTime": seconds}
        return _json(fields | {"MsgType": "text", "Content": text})
    # wechatpy writes values into CDATA as they are: what would end the section is split over two.
    reply = TextReply(target=_cdata(context.person), source=_cdata(context.ours), time=seconds, content=_cdata(text))
    return str(reply.render())


def _cdata(value: str) -> str:
    return value.replace("]]>", "]]]]><![CDATA[>")


def _sealed(document: str, cipher: MessageCipher, *, form: Form, token: str, now: datetime) -> str:
    encrypted, nonce, seconds = cipher.encrypt(document), secrets.token_hex(8), int(now.timestamp())
    signature = sign(token, str(seconds), nonce, encrypted)
    if form is Form.JSON:
        return _json({"Encrypt": encrypted, "MsgSignature": signature, "TimeStamp": seconds, "Nonce": nonce})
    # No value here can hold markup: base64 and hexadecimal.
    return (
        f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
        f"<TimeStamp>{seconds}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
    )


def _json(fields: dict[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
