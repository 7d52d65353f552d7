"""WeChat's signatures and its AES envelope, written from the platform's description.

Plain text inside the envelope: 16 random bytes, the length (4 bytes, big-endian), the message, the app id;
AES-256-CBC, the key's first 16 bytes as vector, PKCS#7 over blocks of 32 bytes; base64.
"""

import binascii
import hmac
import os
import struct
from base64 import b64decode, b64encode
from hashlib import sha1

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from channels.sandbox.errors import Unreadable

_PAD_TO = 32
_BLOCK = 16
_HEAD = 20


def signature(*parts: str) -> str:
    """SHA-1 (the protocol's choice) of the sorted parts, lower-case hex."""
    return sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


class Envelope:
    """Seals and opens messages of one account.

    Raises:
        ValueError: for an EncodingAESKey that is not 43 characters of base64.
    """

    def __init__(self, app_id: str, encoding_aes_key: str) -> None:
        self._app_id = app_id.encode()
        key = b64decode(encoding_aes_key + "=", validate=True)
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:_BLOCK]))

    def seal(self, text: str) -> str:
        body = text.encode()
        clear = os.urandom(_BLOCK) + struct.pack(">I", len(body)) + body + self._app_id
        pad = _PAD_TO - len(clear) % _PAD_TO
        encryptor = self._cipher.encryptor()
        return b64encode(encryptor.update(clear + bytes([pad]) * pad) + encryptor.finalize()).decode()

    def open(self, sealed: str) -> str:
        """The message inside.

        Raises:
            Unreadable: not base64, not our key, broken padding or length, or another app id.
        """
        try:
            return self._unpack(self._decrypt(b64decode(sealed, validate=True)))
        except (binascii.Error, ValueError, struct.error) as error:
            raise Unreadable("回复无法解密", code="not_decryptable") from error

    def _decrypt(self, data: bytes) -> bytes:
        decryptor = self._cipher.decryptor()
        padded = decryptor.update(data) + decryptor.finalize()
        pad = padded[-1] if padded else 0
        if not 1 <= pad <= _PAD_TO or padded[-pad:] != bytes([pad]) * pad:
            raise ValueError("padding")
        return padded[:-pad]

    def _unpack(self, clear: bytes) -> str:
        (length,) = struct.unpack(">I", clear[_BLOCK:_HEAD])
        body, tail = clear[_HEAD : _HEAD + length], clear[_HEAD + length :]
        if len(body) != length:
            raise ValueError("length")
        if tail != self._app_id:
            raise Unreadable("回复里的 AppID 不是本公众号", code="other_app_id")
        return body.decode()
