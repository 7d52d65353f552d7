"""The platform's encryption: AES-256-CBC around the message with its length and the app id (protocol: 消息加解密)."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import InvalidAppIdException

from channels.errors import BadSignature, Malformed, NotForUs, TooWeak
from channels.wechat.settings import Mode
from channels.wechat.signature import verify
from channels.wechat.wire import Fields, Form, decoded, leaf, read


class _SeededPrpCrypto(PrpCrypto):  # type: ignore[misc]  # wechatpy ships no types
    def get_random_string(self) -> str:
        # With the protocol's fixed IV these 16 characters are all that hides equal beginnings: wechatpy takes
        # them from a predictable generator.
        return secrets.token_hex(8)


class MessageCipher:
    """One EncodingAESKey (43 characters) of one app."""

    def __init__(self, app_id: str, key: bytes) -> None:
        self._app_id = app_id
        self._crypto = _SeededPrpCrypto(key)

    def encrypt(self, text: str) -> str:
        encrypted: bytes = self._crypto.encrypt(text, self._app_id)
        return encrypted.decode("ascii")

    def decrypt(self, encrypted: str) -> str:
        """The message within; its trailing app id is checked.

        Raises:
            NotForUs: it is for another app.
            BadSignature: it was not made with this key.
        """
        try:
            text: str = self._crypto.decrypt(encrypted, self._app_id)
        except InvalidAppIdException as error:
            raise NotForUs from error
        # wechatpy lets struct.error, IndexError, ValueError, UnicodeDecodeError and whatever else garbage brings
        # about through; a 500 would be repeated by the platform.
        except Exception as error:
            raise BadSignature("not encrypted with a key of ours") from error
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A callback's content. ``cipher`` is the one that opened it; None where it came in clear."""

    form: Form
    fields: Fields
    text: str = field(repr=False)
    cipher: MessageCipher | None


def open_body(
    body: bytes, query: Mapping[str, str], *, token: str, ciphers: Sequence[MessageCipher], least: Mode
) -> Opened:
    """Unwrap a callback whose query signature has been verified.

    Raises:
        TooWeak: less encrypted than ``least``.
        BadSignature, NotForUs, Malformed
    """
    encrypted = _is_encrypted(query)
    if not encrypted and not Mode.PLAIN.satisfies(least):
        raise TooWeak
    text = decoded(body)
    form, fields = read(text)
    if not encrypted:
        return Opened(form=form, fields=fields, text=text, cipher=None)
    mode = Mode.COMPATIBLE if "FromUserName" in fields or "MsgType" in fields else Mode.SAFE
    if not mode.satisfies(least):
        raise TooWeak
    return _decrypted(leaf(fields, "Encrypt"), query, token=token, ciphers=ciphers)


def _is_encrypted(query: Mapping[str, str]) -> bool:
    match query.get("encrypt_type", ""):
        case "" | "raw":
            return False
        case "aes":
            return True
        case _:
            raise Malformed("an unknown encrypt_type")


def _decrypted(encrypted: str, query: Mapping[str, str], *, token: str, ciphers: Sequence[MessageCipher]) -> Opened:
    if not encrypted:
        raise Malformed("nothing is encrypted")
    verify(query.get("msg_signature", ""), token, query.get("timestamp", ""), query.get("nonce", ""), encrypted)
    cipher, text = _first_that_opens(encrypted, ciphers)
    clear = decoded(text.encode())
    form, fields = read(clear)
    return Opened(form=form, fields=fields, text=clear, cipher=cipher)


def _first_that_opens(encrypted: str, ciphers: Sequence[MessageCipher]) -> tuple[MessageCipher, str]:
    refusal: BadSignature | NotForUs = BadSignature("encoding_aes_key is not set")
    for cipher in ciphers:
        try:
            return cipher, cipher.decrypt(encrypted)
        except (BadSignature, NotForUs) as error:
            refusal = error
    raise refusal
