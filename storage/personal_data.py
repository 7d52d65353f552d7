"""Sealing personal data and message texts, so that nothing readable lies in the store.

A sealed value is tied to its place ("collection/field/document id"): moved elsewhere, it does not open. Values
to be found again by equality (a phone number) have a deterministic twin besides. Ids made of personal data are
pseudonyms: the same parts always give the same id, and nobody gets from the id to the parts.
"""

import asyncio
import base64
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
import tink
from tink import aead, daead, prf
from tink.proto import tink_pb2

from storage import keys
from storage.driver import Database
from storage.errors import NewerKey, StorageError, Unreadable
from storage.master_key import MasterKey
from storage.plain_json import from_json, to_json

_PSEUDONYM_BYTES = 16
_CODE_BYTES = 32
_TINK_VERSION = b"\x01"
_PREFIX_LENGTH = 5  # the version byte, then the key's id
_UNKNOWN_LIMIT = 64
_PAUSE_SECONDS = 1.0


async def open_vault(database: Database, master: MasterKey) -> "Vault":
    """Open the vault of ``database``; at the very first start its keys are made (see ``Vault.made_new``).

    Raises:
        KeysMissing: the master key is away, or does not fit the keysets that exist.
        StorageAway: the database cannot be reached.
    """
    return Vault(database, await keys.open_keysets(database, master))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keyring:
    """The primitives of one reading of the keysets. ``prefixes``: the beginnings of what its keys sealed."""

    content: Any
    prefixes: frozenset[bytes]
    lookup: Any
    lookups: tuple[Any, ...]
    identity: Any


class Vault:
    """Seals and opens with the keysets of one database: about 2 us a value, in memory."""

    def __init__(self, database: Database, opened: keys.Opened) -> None:
        self._database = database
        self._unwrapper = opened.unwrapper
        self._ring = _keyring(opened.handles)
        self._wanted: set[bytes] = set()
        self._absent: frozenset[bytes] = frozenset()
        self._stale = asyncio.Event()
        self.made_new = opened.made_new
        """The master key was made at this start: tell people where it lies, and to back it up."""

    @property
    def master(self) -> Any:
        """The master key's AEAD, for what must open without the database (``storage.spool``)."""
        return self._unwrapper

    def seal(self, value: str | bytes, place: str) -> bytes:
        content = value.encode() if isinstance(value, str) else value
        return bytes(self._ring.content.encrypt(content, place.encode()))

    def open(self, sealed: bytes, place: str) -> str:
        """Open the text that ``seal`` closed for the same place.

        Raises:
            NewerKey: its key is not read yet; soon it will be (``keep_fresh``).
            Unreadable: damaged, from another place, or its key is gone.
        """
        return self.open_bytes(sealed, place).decode()

    def open_bytes(self, sealed: bytes, place: str) -> bytes:
        """Like ``open``, for bytes."""
        try:
            return bytes(self._ring.content.decrypt(bytes(sealed), place.encode()))
        except tink.TinkError:
            raise self._why(bytes(sealed[:_PREFIX_LENGTH]), place) from None

    def seal_json(self, value: Any, place: str) -> bytes:
        return self.seal(to_json(value), place)

    def open_json(self, sealed: bytes, place: str) -> Any:
        """Like ``open``, for what ``seal_json`` closed."""
        return from_json(self.open_bytes(sealed, place))

    def lookup(self, value: str, kind: str) -> bytes:
        """Give the twin to keep beside a sealed value: always the same for a value of a kind ("phone")."""
        return bytes(self._ring.lookup.encrypt_deterministically(value.encode(), kind.encode()))

    def lookups(self, value: str, kind: str) -> list[bytes]:
        """Every twin that ``value`` may have been kept under, newest key first: search for any of them."""
        content, about = value.encode(), kind.encode()
        return [bytes(each.encrypt_deterministically(content, about)) for each in self._ring.lookups]

    def pseudonym(self, *parts: str) -> str:
        """26 characters (a-z, 2-7) that stand for ``parts``, for ever; nobody gets back from them."""
        digest = self._ring.identity.compute(_framed("pseudonym", *parts), _PSEUDONYM_BYTES)
        return base64.b32encode(digest).decode().rstrip("=").lower()

    def hash_code(self, code: str, place: str) -> bytes:
        """Give the keyed digest to keep of a query code; compare with ``hmac.compare_digest``."""
        return bytes(self._ring.identity.compute(_framed("code", place, code), _CODE_BYTES))

    async def refresh(self) -> None:
        """Read the keysets again.

        Raises:
            StorageError: they cannot be had; the keys read before stay in use.
        """
        wanted = frozenset(self._wanted)
        self._ring = _keyring(await keys.read(self._database, self._unwrapper))
        self._absent = wanted - self._ring.prefixes
        self._wanted.clear()

    async def keep_fresh(self) -> None:
        """Read the keysets again from time to time, and soon after an unknown key was met; until cancelled."""
        log = structlog.get_logger()
        while True:
            await self._until_stale()
            try:
                await self.refresh()
            except StorageError as error:
                log.warning("keys.not_refreshed", code=error.code)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _until_stale(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stale.wait(), keys.FRESH_SECONDS)
        self._stale.clear()

    def _why(self, prefix: bytes, place: str) -> Unreadable:
        known = prefix in self._ring.prefixes or prefix in self._absent
        if known or not prefix.startswith(_TINK_VERSION) or len(self._wanted) >= _UNKNOWN_LIMIT:
            return Unreadable(place)
        self._wanted.add(prefix)
        self._stale.set()
        return NewerKey(place)


def _keyring(handles: Mapping[str, Any]) -> _Keyring:
    content, lookup = keys.proto(handles[keys.CONTENT]), keys.proto(handles[keys.LOOKUP])
    return _Keyring(
        content=handles[keys.CONTENT].primitive(aead.Aead),
        prefixes=frozenset(_TINK_VERSION + key.key_id.to_bytes(4, "big") for key in content.key),
        lookup=handles[keys.LOOKUP].primitive(daead.DeterministicAead),
        lookups=tuple(_alone(key) for key in reversed(lookup.key)),
        identity=handles[keys.IDENTITY].primitive(prf.PrfSet).primary(),
    )


def _alone(key: Any) -> Any:
    keyset = tink_pb2.Keyset(primary_key_id=key.key_id, key=[key])
    return keys.handle_of(keyset).primitive(daead.DeterministicAead)


def _framed(*parts: str) -> bytes:
    # JSON keeps the borders between parts: ("a", "bc") and ("ab", "c") differ.
    return json.dumps(parts, ensure_ascii=False).encode()
