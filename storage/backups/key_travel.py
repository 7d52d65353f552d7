"""The master key on its way to another machine or into a safe: a small text file that a passphrase opens.

Argon2id (RFC 9106's second choice: 64 MiB, 3 passes, 4 lanes) makes a key of the passphrase, AES-256-GCM seals the
master key with it; whatever else the file says is under the same seal. Blocks.
"""

import base64
import json
import secrets
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import BackupRefused

SHORTEST = 12
"""Characters of a passphrase."""
_WHAT = "petition-bot master key"
_FORMAT = 1
_SALT, _NONCE, _KEY = 16, 12, 32
_COST = {"memory_kib": 64 * 1024, "passes": 3, "lanes": 4}
_DEAREST = {"memory_kib": 1024 * 1024, "passes": 20, "lanes": 16}
"""What a file may ask of this machine."""


def lock(key: str, fingerprint: str, passphrase: str) -> str:
    """The file's text.

    Raises:
        BackupRefused: the passphrase is too short.
    """
    if len(passphrase) < SHORTEST:
        raise BackupRefused(f"口令太短：至少 {SHORTEST} 个字符")
    head: dict[str, Any] = {
        "what": _WHAT,
        "format": _FORMAT,
        "fingerprint": fingerprint,
        "kdf": {"name": "argon2id", **_COST, "salt": _text(secrets.token_bytes(_SALT))},
        "nonce": _text(secrets.token_bytes(_NONCE)),
    }
    sealed = _cipher(head, passphrase).encrypt(_bytes(head["nonce"]), key.encode(), _place(head))
    return json.dumps({**head, "sealed": _text(sealed)}, indent=1) + "\n"


def fingerprint_of(text: str) -> str:
    """Of the key within, as the file says it.

    Raises:
        BackupRefused: it is no such file.
    """
    return str(_read(text)["fingerprint"])


def unlock(text: str, passphrase: str) -> str:
    """The master key.

    Raises:
        BackupRefused: it is no such file, was altered, or the passphrase is another.
    """
    head = _read(text)
    sealed = _bytes(head.pop("sealed"))
    try:
        return _cipher(head, passphrase).decrypt(_bytes(head["nonce"]), sealed, _place(head)).decode()
    except (InvalidTag, ValueError):
        raise BackupRefused("口令不对，或文件被改动过") from None


def _read(text: str) -> dict[str, Any]:
    head: dict[str, Any] = {}
    try:
        head = json.loads(text)
        lawful = head["what"] == _WHAT and all(
            isinstance(head["kdf"][name], int) and 0 < head["kdf"][name] <= most for name, most in _DEAREST.items()
        )
        if lawful and head["format"] > _FORMAT:
            raise BackupRefused("这个密钥文件是更新的程序导出的：请先升级 petition-bot")
        _bytes(head["kdf"]["salt"]), _bytes(head["nonce"]), _bytes(head["sealed"])
    except (ValueError, KeyError, TypeError):
        lawful = False
    if not lawful:
        raise BackupRefused("这不是 petition-bot keys export 导出的文件，或已损坏")
    return head


def _cipher(head: dict[str, Any], passphrase: str) -> AESGCM:
    kdf = head["kdf"]
    return AESGCM(
        hash_secret_raw(
            passphrase.encode(),
            _bytes(kdf["salt"]),
            time_cost=kdf["passes"],
            memory_cost=kdf["memory_kib"],
            parallelism=kdf["lanes"],
            hash_len=_KEY,
            type=Type.ID,
        )
    )


def _place(head: dict[str, Any]) -> bytes:
    return json.dumps(head, sort_keys=True).encode()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
