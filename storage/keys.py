"""The keysets: kept in the database, wrapped, so that only the master key opens them.

Three Tink keysets lie in the collection ``keysets``: ``content`` (AEAD, for what is read back), ``lookup``
(deterministic AEAD, for what is found again by equality) and ``identity`` (PRF, for ids made of personal
data; it is never rotated, since the ids would change).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import tink
from pymongo import InsertOne
from tink import aead, daead, prf, proto_keyset_format, secret_key_access
from tink.proto import tink_pb2

from storage.driver import Collection, Database, Document
from storage.errors import AlreadyThere, Conflict, KeysMissing
from storage.master_key import MasterKey

COLLECTION = "keysets"
CONTENT, LOOKUP, IDENTITY = "content", "lookup", "identity"
FRESH_SECONDS = 30.0
"""How often a running process reads the keysets again."""
SETTLE_SECONDS = 75.0
"""How long a new key is made known before it is used: long enough for every process to have read it."""

NAMES = (CONTENT, LOOKUP, IDENTITY)

TEMPLATES = {
    CONTENT: aead.aead_key_templates.AES256_GCM,
    LOOKUP: daead.deterministic_aead_key_templates.AES256_SIV,
    IDENTITY: prf.prf_key_templates.HKDF_SHA256,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The keysets, opened. ``made_new``: the master key was made just now, and wants to be backed up."""

    handles: Mapping[str, Any]
    unwrapper: Any
    made_new: bool


async def open_keysets(database: Database, master: MasterKey) -> Opened:
    """Open the keysets; at the very first start make them, and the master key where it is a file.

    Processes that start at once agree: the keysets are made together, and who comes second reads. One that is
    lost later is never made anew.

    Raises:
        KeysMissing: the master key is away, or does not fit the keysets that exist. Nothing is made then.
        StorageAway: the database cannot be reached.
    """
    register()
    collection = database[COLLECTION]
    if await collection.count({}, limit=1):
        unwrapper, made_new = await asyncio.to_thread(master.load), False
    else:
        unwrapper, made_new = await asyncio.to_thread(master.load_or_make)
        await _make(database, unwrapper)
    return Opened(handles=await read(database, unwrapper), unwrapper=unwrapper, made_new=made_new)


async def read_or_refuse(database: Database, unwrapper: Any) -> None:
    """Look whether the master key opens what is there.

    Raises:
        KeysMissing: as ``read``.
    """
    register()
    await read(database, unwrapper)


async def read(database: Database, unwrapper: Any) -> Mapping[str, Any]:
    """Read and open all keysets.

    Raises:
        KeysMissing: one is missing, or the master key does not fit.
    """
    found = await database[COLLECTION].find({"_id": {"$in": list(TEMPLATES)}}, limit=len(TEMPLATES))
    documents = {document["_id"]: document for document in found}
    if missing := sorted(TEMPLATES.keys() - documents.keys()):
        raise KeysMissing(f"keysets missing: {missing}", sentence="数据库里的密钥集不完整，请从备份恢复")
    return await asyncio.to_thread(lambda: {name: _unwrap(documents[name], unwrapper) for name in TEMPLATES})


async def rotate(
    database: Database,
    master: MasterKey,
    *,
    settle: float = SETTLE_SECONDS,
    wait: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> None:
    """Give the keysets for content and lookup a new key to seal with; the old ones go on opening.

    The new keys are first made known and used ``settle`` seconds later, so that by then every running process
    has read them (``Vault.keep_fresh``); ``wait`` passes that time. Where an earlier rotation was cut short, it is
    brought to its end.

    Raises:
        Conflict: somebody else rotates at the same time.
        KeysMissing: as ``open_keysets``.
    """
    register()
    unwrapper = await asyncio.to_thread(master.load)
    for name in (CONTENT, LOOKUP):
        await _change(database[COLLECTION], name, unwrapper, _with_new_key)
    await wait(settle)
    for name in (CONTENT, LOOKUP):
        await _change(database[COLLECTION], name, unwrapper, _with_newest_as_primary)


def register() -> None:
    """Make Tink's primitives known to its registry; may be called again."""
    aead.register()
    daead.register()
    prf.register()


def proto(handle: Any) -> Any:
    """The keyset in clear, in memory."""
    return tink_pb2.Keyset.FromString(proto_keyset_format.serialize(handle, secret_key_access.TOKEN))


def handle_of(keyset: Any) -> Any:
    return proto_keyset_format.parse(keyset.SerializeToString(), secret_key_access.TOKEN)


async def _make(database: Database, wrapper: Any) -> None:
    made = [(name, tink.new_keyset_handle(template)) for name, template in TEMPLATES.items()]
    wrapped = await asyncio.to_thread(lambda: [(name, _wrap(name, handle, wrapper)) for name, handle in made])
    inserts = [InsertOne({"_id": name, "version": 1, "wrapped": content}) for name, content in wrapped]
    with suppress(AlreadyThere):  # another process was first; its keysets are the ones
        await database.in_transaction(lambda session: database[COLLECTION].bulk_write(inserts, session=session))


async def _change(collection: Collection, name: str, wrapper: Any, change: Any) -> None:
    document = await collection.find_one({"_id": name})
    if document is None:
        raise KeysMissing(f"keyset missing: {name}")
    keyset = proto(await asyncio.to_thread(_unwrap, document, wrapper))
    change(keyset, name)
    wrapped = await asyncio.to_thread(_wrap, name, handle_of(keyset), wrapper)
    guard = {"_id": name, "version": document["version"]}
    if not await collection.update_one(guard, {"$set": {"wrapped": wrapped}, "$inc": {"version": 1}}):
        raise Conflict(f"keyset {name}")


def _with_new_key(keyset: Any, name: str) -> None:
    if keyset.key[-1].key_id != keyset.primary_key_id:
        return  # left by a rotation that was cut short
    taken = {key.key_id for key in keyset.key}
    fresh = proto(tink.new_keyset_handle(TEMPLATES[name])).key[0]
    while fresh.key_id in taken:
        fresh = proto(tink.new_keyset_handle(TEMPLATES[name])).key[0]
    keyset.key.append(fresh)


def _with_newest_as_primary(keyset: Any, _name: str) -> None:
    keyset.primary_key_id = keyset.key[-1].key_id


def _wrap(name: str, handle: Any, wrapper: Any) -> bytes:
    return bytes(proto_keyset_format.serialize_encrypted(handle, wrapper, _place(name)))


def _unwrap(document: Document, unwrapper: Any) -> Any:
    try:
        wrapped = bytes(document["wrapped"])
        return proto_keyset_format.parse_encrypted(wrapped, unwrapper, _place(document["_id"]))
    except tink.TinkError:
        sentence = "主密钥与数据库里的密钥集不匹配：请换回当初的主密钥（备份），或检查是否连错了数据库"
        raise KeysMissing("master key does not fit", sentence=sentence) from None


def _place(name: str) -> bytes:
    return f"{COLLECTION}/{name}".encode()
