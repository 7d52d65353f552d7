"""A small WeChat of our own: pushes messages as the platform does and reads the replies.

Written from the platform's documentation with ``cryptography`` alone; it shares nothing with the service.
"""

import base64
import hashlib
import itertools
import os
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from deployment import http
from waiting import WaitedTooLong

PATIENCE = 5.0
"""Seconds after which WeChat cuts the connection."""
HEADERS = {"Content-Type": "text/xml"}
DELIVERIES = 3
TOO_LATE = 4.0
"""Seconds after which an office acknowledges, and replies by another way."""
_numbers = itertools.count(24_000_000_000_000_001)


def sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Account:
    """An official account in safe mode, and where its messages are pushed."""

    url: str
    app_id: str
    token: str
    aes_key: str
    original_id: str = "gh_0123456789ab"

    def _cipher(self) -> Any:
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def encrypt(self, message: str) -> str:
        data = message.encode()
        plain = os.urandom(16) + struct.pack(">I", len(data)) + data + self.app_id.encode()
        padder = padding.PKCS7(256).padder()
        encryptor = self._cipher().encryptor()
        blocks = padder.update(plain) + padder.finalize()
        return base64.b64encode(encryptor.update(blocks) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> str:
        decryptor, unpadder = self._cipher().decryptor(), padding.PKCS7(256).unpadder()
        padded = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
        plain = unpadder.update(padded) + unpadder.finalize()
        end = 20 + struct.unpack(">I", plain[16:20])[0]
        assert plain[end:].decode() == self.app_id
        return plain[20:end].decode()


@dataclass(frozen=True, kw_only=True)
class Push:
    """One call of the platform. Each field may be bent, to see it refused."""

    account: Account
    message: Mapping[str, object]
    timestamp: str = field(default_factory=lambda: str(int(time.time())))
    nonce: str = "1514711492"
    signature: str | None = None
    message_signature: str | None = None
    padding: str = ""

    def send(self) -> tuple[int, str]:
        """The status, and the text of the passive reply ("" where it is only acknowledged)."""
        url, body = self.call()
        status, answer = http("POST", url, body=body, headers=HEADERS, seconds=PATIENCE)
        return status, self.read(answer.decode()) if status == 200 else ""

    def call(self) -> tuple[str, bytes]:
        """Where it is posted to, and what."""
        encrypted = self.account.encrypt(_xml(self.message))
        token, openid = self.account.token, str(self.message["FromUserName"])
        query = {
            "signature": self.signature or sign(token, self.timestamp, self.nonce),
            "timestamp": self.timestamp,
            "nonce": self.nonce,
            "openid": openid,
            "encrypt_type": "aes",
            "msg_signature": self.message_signature or sign(token, self.timestamp, self.nonce, encrypted),
        }
        body = _xml({"ToUserName": self.account.original_id, "Encrypt": encrypted}) + self.padding
        return f"{self.account.url}?{urlencode(query)}", body.encode()

    def read(self, answer: str) -> str:
        """The text of the passive reply in an answer."""
        if answer in {"", "success"}:
            return ""
        sealed = _fields(answer)
        signed = (self.account.token, sealed["TimeStamp"], sealed["Nonce"], sealed["Encrypt"])
        assert sealed["MsgSignature"] == sign(*signed)
        reply = _fields(self.account.decrypt(sealed["Encrypt"]))
        people = str(self.message["FromUserName"]), self.account.original_id
        assert (reply["ToUserName"], reply["FromUserName"]) == people
        assert reply["MsgType"] == "text"
        return reply["Content"]


@dataclass(frozen=True, kw_only=True)
class Person:
    """A follower of the account."""

    account: Account
    openid: str

    def text(self, content: str) -> dict[str, object]:
        """A new text message; pushing it again is the platform's repeat."""
        return self._message("text") | {"Content": content, "MsgId": next(_numbers)}

    def _message(self, kind: str) -> dict[str, object]:
        created = int(time.time())
        to = self.account.original_id
        return {"ToUserName": to, "FromUserName": self.openid, "CreateTime": created, "MsgType": kind}

    def push(self, message: Mapping[str, object]) -> tuple[int, str]:
        return Push(account=self.account, message=message).send()

    def say(self, content: str) -> str:
        """The passive reply to a new message, which the platform delivers up to three times."""
        message, status, reply = self.text(content), 0, ""
        begun = time.monotonic()
        for _ in range(DELIVERIES):
            status, reply = self.push(message)
            if status:
                break
        if not status or (not reply and time.monotonic() - begun > TOO_LATE):
            raise WaitedTooLong("no passive reply")
        assert status == 200
        return reply


def _xml(fields: Mapping[str, object]) -> str:
    return "<xml>" + "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in fields.items()) + "</xml>"


def _fields(text: str) -> dict[str, str]:
    return {child.tag: child.text or "" for child in ET.fromstring(text)}
