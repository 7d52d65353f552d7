"""What the platform makes of the bot's answer to a push."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from channels.sandbox.crypto import Envelope, same, signature
from channels.sandbox.envelopes import parse, value_of
from channels.sandbox.errors import Unreadable
from channels.sandbox.settings import Mode, SandboxSettings

_TEXT_LIMIT = 2048
_MOST_ARTICLES = 8
_LATEST_SECOND = 10**11


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A passive reply fit to be shown. ``warnings`` name what the platform forgives."""

    type: str
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


class AnswerReader:
    """Checks answers for one account: form, signature, app id, who writes to whom, and the content."""

    def __init__(self, settings: SandboxSettings, envelope: Envelope, original_id: str) -> None:
        self._settings = settings
        self._envelope = envelope
        self._original_id = original_id

    def read(self, body: bytes, openid: str) -> Reply | None:
        """The reply, or None for an acknowledgement (``success`` or nothing).

        Raises:
            Unreadable: for anything that makes the platform say that the account is out of service.
        """
        try:
            text = body.decode().strip()
        except UnicodeDecodeError as error:
            raise Unreadable("回复不是 UTF-8", code="not_utf8") from error
        if text in {"", "success"}:
            return None
        root = self._opened(parse(text))
        self._check_names(root, openid)
        return _content(root, _checked_time(root))

    def _opened(self, root: ET.Element) -> ET.Element:
        sealed = value_of(root, "Encrypt")
        if not sealed:
            if self._settings.mode is Mode.SAFE:
                raise Unreadable("安全模式下回复没有加密", code="not_encrypted")
            return root
        if self._settings.mode is Mode.PLAIN:
            raise Unreadable("明文模式下回复却加了密", code="encrypted")
        self._check_signature(root, sealed)
        return parse(self._envelope.open(sealed))

    def _check_signature(self, root: ET.Element, sealed: str) -> None:
        time, nonce = value_of(root, "TimeStamp"), value_of(root, "Nonce")
        expected = signature(self._settings.token, time, nonce, sealed)
        if not time.isdecimal() or not same(expected, value_of(root, "MsgSignature")):
            raise Unreadable("回复的 MsgSignature 不对", code="bad_signature")

    def _check_names(self, root: ET.Element, openid: str) -> None:
        if value_of(root, "ToUserName") != openid or value_of(root, "FromUserName") != self._original_id:
            raise Unreadable("回复的收发双方没有对调", code="names_not_swapped")


def _checked_time(root: ET.Element) -> tuple[str, ...]:
    time = value_of(root, "CreateTime")
    if not time.isdecimal():
        raise Unreadable("回复缺少 CreateTime", code="no_create_time")
    return ("create_time_in_milliseconds",) if int(time) >= _LATEST_SECOND else ()


def _content(root: ET.Element, warnings: tuple[str, ...]) -> Reply | None:
    kind = value_of(root, "MsgType")
    if kind == "transfer_customer_service":
        return None
    if kind not in _READERS:
        raise Unreadable(f"回复的 MsgType 不认识：{kind[:20]}", code="unknown_type")
    return _READERS[kind](root, warnings)


def _text(root: ET.Element, warnings: tuple[str, ...]) -> Reply:
    content = value_of(root, "Content")
    if not content.strip():
        raise Unreadable("回复的文字是空的", code="empty")
    if len(content.encode()) > _TEXT_LIMIT:
        raise Unreadable("回复的文字超过 2048 字节", code="too_long")
    return Reply(type="text", text=content, warnings=warnings)


def _media(tag: str) -> Callable[[ET.Element, tuple[str, ...]], Reply]:
    def read(root: ET.Element, warnings: tuple[str, ...]) -> Reply:
        media_id = value_of(root, f"{tag}/MediaId")
        if not media_id:
            raise Unreadable("回复缺少 MediaId", code="no_media")
        return Reply(type=tag.lower(), data={"media_id": media_id}, warnings=warnings)

    return read


def _news(root: ET.Element, warnings: tuple[str, ...]) -> Reply:
    items = root.findall("Articles/item")
    if not 1 <= len(items) <= _MOST_ARTICLES or value_of(root, "ArticleCount") != str(len(items)):
        raise Unreadable("回复的图文条数不对", code="bad_articles")
    articles = [
        {"title": value_of(i, "Title"), "description": value_of(i, "Description"), "url": value_of(i, "Url")}
        for i in items
    ]
    return Reply(type="article", data={"articles": articles}, warnings=warnings)


_READERS: dict[str, Callable[[ET.Element, tuple[str, ...]], Reply]] = {
    "text": _text,
    "image": _media("Image"),
    "voice": _media("Voice"),
    "news": _news,
}
