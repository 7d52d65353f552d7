"""Conversations: one document for each person on each account, changed by one holder at a time.

A turn takes the person's lease, loads, and writes guarded by the lease's token *and* the version it loaded: a
process that stalled and lost the lease can never overwrite what came after. Address and state are sealed.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Literal

from channels.messages import Address, Grant, Purpose
from storage.commit import Change, Update
from storage.cursors import NEWEST_FIRST, cursor_after, older_than
from storage.driver import Database, Document
from storage.errors import AlreadyThere, Conflict, TooLarge
from storage.inbound_json import address_from_json, address_to_json
from storage.personal_data import Vault
from storage.plain_json import to_json
from storage.records import Binding, Conversation, Page, Stop, Taken
from storage.taking import Claim, Taking, lease

CONVERSATIONS = "conversations"
STATE_LIMIT = 256 * 1024
"""Bytes of a conversation's state as JSON. A dialog that needs more is going wrong."""


def conversation_id(vault: Vault, address: Address) -> str:
    """Give the id of the conversation with ``address``; it tells nothing of the sender."""
    who = vault.pseudonym(address.channel, address.account, address.sender)
    return f"{address.channel}:{address.account}:{who}"


STATE_FORGOTTEN: Mapping[str, Any] = {"$unset": {"state": "", "machine_text": ""}, "$inc": {"version": 1}}
"""Ends what is remembered between turns, name and number among it; a turn under way begins anew, knowing nothing."""
REFUSED_LIMIT = 100
"""Subscribe notices that somebody said no to; more than an account has."""


class Conversations:
    """Who talks with us, and how far the talk is."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._conversations = database[CONVERSATIONS]
        # No turn waits for the disk to hold its lease: what it commits is guarded by the version as well.
        self._leases = database.unjournaled(CONVERSATIONS)
        self._taking = Taking(self._leases)
        self._vault = vault

    async def take(self, address: Address, *, token: str, seconds: float, now: datetime) -> Conversation | None:
        """Take the lease of the conversation with ``address`` and give it, begun where there was none.

        One round trip, shared by those who take at the same moment. None: another holds the lease. The same ``token``
        may take again (a call whose outcome was unknown is repeated as it is).
        """
        key = conversation_id(self._vault, address)
        until, begun = now + timedelta(seconds=seconds), self._begun(key, address, now)
        found = await self._taking.take(Claim(key=key, token=token, now=now, until=until, begun=begun))
        return None if found is None else self.read(found, address)

    async def renew(self, id: str, token: str, seconds: float, now: datetime) -> bool:  # noqa: A002
        """Hold on to the lease; False: it is another's by now."""
        renewed = lease(token, now + timedelta(seconds=seconds))
        return bool(await self._leases.update_one({"_id": id, "lease_token": token}, {"$set": renewed}))

    async def release(self, id: str, token: str) -> None:  # noqa: A002
        """Give the lease back, if it is still ours."""
        await self._leases.update_one({"_id": id, "lease_token": token}, {"$set": _FREED})

    def advance(
        self,
        conversation: Conversation,
        *,
        state: Mapping[str, Any],
        release: bool,
        now: datetime,
        grant: Grant | None = None,
        last_inbound_at: datetime | None = None,
        reachable: bool | None = None,
        consent_version: str | None = None,
        consent_sensitive: bool = False,
        also: Mapping[str, Any] | None = None,
    ) -> Change:
        """Give the change to the next version; it holds only while the lease and the version are unchanged.

        ``grant`` replaces the present one where it is worth more: a menu tap's minute does not end the two
        days that a message opened. ``release`` gives the lease back in the same write. ``also``: what ``facts`` gave.

        Raises:
            TooLarge: the state is beyond STATE_LIMIT.
        """
        changed: Document = {
            "state": self._sealed_state(conversation.id, state),
            **_given(last_inbound_at=last_inbound_at, reachable=reachable),
            **({"left_at": None} if reachable else {}),
            **_granted(grant, conversation, now),
            **_agreed(consent_version, consent_sensitive, now),
            **(also or {}),
            **(_FREED if release else {}),
        }
        guard = {"version": conversation.version, "lease_token": conversation.lease_token}
        return Update(
            collection=CONVERSATIONS,
            filter={"_id": conversation.id, **guard},
            update={"$set": changed, "$inc": {"version": 1}},
        )

    def facts(
        self,
        id: str,  # noqa: A002
        *,
        stopped: Mapping[Purpose, Stop] | None = None,
        answered_at: datetime | None = None,
        machine_text: str | None = None,
        contact_id: str | None = None,
        refused: frozenset[str] | None = None,
        binding: Binding | Literal["as it is"] | None = "as it is",
        tags: frozenset[str] | None = None,
        topics: frozenset[str] | None = None,
        left_at: datetime | None = None,
    ) -> Document:
        """Give further facts of a conversation for ``advance``; what is not given stays as it is."""
        given = _given(answered_at=answered_at, machine_text=machine_text, contact_id=contact_id, left_at=left_at)
        if tags is not None:
            given["tags"] = sorted(tags)
        if topics is not None:
            given["topics"] = sorted(topics)
        if refused is not None:
            given["refused"] = sorted(refused)[:REFUSED_LIMIT]
        if stopped is not None:
            given["stopped"] = {purpose.value: asdict(stop) for purpose, stop in stopped.items()}
        if binding != "as it is":
            given["binding"] = None if binding is None else self._sealed_binding(id, binding)
        return given

    async def ensure(self, address: Address, *, now: datetime) -> Conversation:
        """Give the conversation with ``address``, begun where there was none."""
        key = conversation_id(self._vault, address)
        for _ in range(2):
            with suppress(AlreadyThere):  # begun by another at this moment
                found = await self._conversations.find_one_and_update(
                    {"_id": key}, {"$setOnInsert": self._begun(key, address, now)}, upsert=True
                )
                if found is not None:
                    return self.read(found)
        raise Conflict(CONVERSATIONS)

    async def get_many(self, ids: Sequence[str]) -> Sequence[Conversation]:
        """Give those of ``ids`` that exist."""
        found = await self._conversations.find({"_id": {"$in": list(ids)}}, limit=max(1, len(ids)))
        return [self.read(each) for each in found]

    async def spend_grant(self, id: str, *, now: datetime) -> bool:  # noqa: A002
        """Count one message against the grant, before it is sent; False: none is left, or it ran out."""
        unlimited = {"$eq": ["$grant_left", None]}
        left = {"$cond": [unlimited, None, {"$subtract": ["$grant_left", 1]}]}
        matched = await self._conversations.update_one(
            {
                "_id": id,
                "grant_until": {"$gt": now},
                "$or": [{"grant_left": None}, {"grant_left": {"$gt": 0}}],
            },
            [{"$set": {"grant_left": left}}],
        )
        return bool(matched)

    async def restore_grant(self, id: str, *, until: datetime) -> None:  # noqa: A002
        """Give back one message that was counted but never taken by the platform.

        ``until`` names the grant it was counted against: one that came meanwhile is not made larger.
        """
        await self._conversations.update_one(
            {"_id": id, "grant_until": until, "grant_left": {"$type": "number"}}, {"$inc": {"grant_left": 1}}
        )

    async def forget(self, conversation: Conversation, *, but: Mapping[str, Any] | None = None) -> bool:
        """Forget what is remembered between turns, ``but`` that; False: a turn was made meanwhile, look again."""
        same = {"_id": conversation.id, "version": conversation.version}
        kept = {"$set": {"state": self._sealed_state(conversation.id, but)}, "$inc": {"version": 1}} if but else None
        return bool(await self._conversations.update_one(same, kept or STATE_FORGOTTEN))

    async def close_window(self, id: str) -> None:  # noqa: A002
        """Note that the platform takes nothing more unasked until the person writes again."""
        await self._conversations.update_one({"_id": id}, {"$set": {"grant_left": 0, "grant_until": None}})

    async def mark_unreachable(self, id: str) -> None:  # noqa: A002
        """Note that the person left or blocked us here."""
        await self._conversations.update_one({"_id": id}, {"$set": {"reachable": False}})

    async def tag(self, ids: Sequence[str], tag: str) -> None:
        """Note that these people are in the group ``tag``."""
        await self._conversations.update_many({"_id": {"$in": list(ids)}}, {"$addToSet": {"tags": tag}})

    async def untag(self, ids: Sequence[str], tag: str) -> None:
        """Note that these people are not (any more)."""
        await self._conversations.update_many({"_id": {"$in": list(ids)}}, {"$pull": {"tags": tag}})

    async def tagged(self, tag: str, *, channel: str, account: str, limit: int) -> Sequence[Conversation]:
        """Give who is in the group ``tag`` on one account."""
        found = await self._conversations.find({"tags": tag, "channel": channel, "account": account}, limit=limit)
        return [self.read(each) for each in found]

    async def get(self, id: str) -> Conversation | None:  # noqa: A002
        found = await self._conversations.find_one({"_id": id})
        return None if found is None else self.read(found)

    async def find(self, channel: str, account: str, sender: str) -> Conversation | None:
        """Find the conversation with one person, by what the platform calls them."""
        address = Address(channel=channel, account=account, sender=sender)
        return await self.get(conversation_id(self._vault, address))

    async def list(
        self,
        *,
        channel: str | None = None,
        account: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
        founding: bool = False,
    ) -> Page[Conversation]:
        """List conversations, the last begun first; ``founding``: of each contact the one it is named by.

        Raises:
            BadCursor: ``cursor`` is none that this list gave.
        """
        where: dict[str, Any] = dict(older_than(cursor)) if cursor else {}
        if channel is not None:
            where["channel"] = channel
        if account is not None:
            where["account"] = account
        if founding:
            where = {"$and": [where, {"$or": [{"contact_id": None}, {"$expr": {"$eq": ["$contact_id", "$_id"]}}]}]}
        found = await self._conversations.find(where, sort=NEWEST_FIRST, limit=limit + 1)
        shown = found[:limit]
        more = cursor_after(shown[-1]) if len(found) > limit else None
        return Page(items=tuple(self.read(each) for each in shown), next_cursor=more)

    def _begun(self, key: str, address: Address, now: datetime) -> Document:
        return {
            "channel": address.channel,
            "account": address.account,
            "address": self._vault.seal_json(address_to_json(address), f"{CONVERSATIONS}/address/{key}"),
            "version": 0,
            "created_at": now,
            "reachable": True,
        }

    def _sealed_binding(self, key: str, binding: Binding) -> bytes:
        until = binding.until.isoformat()
        return self._vault.seal_json({**asdict(binding), "until": until}, f"{CONVERSATIONS}/binding/{key}")

    def _binding(self, key: str, sealed: bytes) -> Binding:
        content = self._vault.open_json(sealed, f"{CONVERSATIONS}/binding/{key}")
        return Binding(**{**content, "until": datetime.fromisoformat(content["until"])})

    def _sealed_state(self, key: str, state: Mapping[str, Any]) -> bytes:
        content = to_json(state)
        if len(content) > STATE_LIMIT:
            msg = f"state of {key}: {len(content)} of at most {STATE_LIMIT} bytes"
            raise TooLarge(msg)
        return self._vault.seal(content, f"{CONVERSATIONS}/state/{key}")

    def read(self, document: Mapping[str, Any], address: Address | None = None) -> Conversation:
        """Give the conversation of ``document``; ``address``: where it is known, it is not opened once more."""
        key, state = document["_id"], document.get("state")
        if address is None:
            sealed = document["address"]
            address = address_from_json(self._vault.open_json(sealed, f"{CONVERSATIONS}/address/{key}"))
        return Conversation(
            id=key,
            address=address,
            version=document["version"],
            state={} if state is None else self._vault.open_json(state, f"{CONVERSATIONS}/state/{key}"),
            lease_token=document.get("lease_token"),
            created_at=document["created_at"],
            last_inbound_at=document.get("last_inbound_at"),
            grant_left=document.get("grant_left"),
            grant_until=document.get("grant_until"),
            reachable=document["reachable"],
            consent_version=document.get("consent_version"),
            consent_at=document.get("consent_at"),
            consent_sensitive=document.get("consent_sensitive", False),
            contact_id=document.get("contact_id"),
            stopped=_stops(document.get("stopped") or {}),
            refused=frozenset(document.get("refused", ())),
            tags=frozenset(document.get("tags", ())),
            topics=frozenset(document.get("topics", ())),
            left_at=document.get("left_at"),
            answered_at=document.get("answered_at"),
            machine_text=document.get("machine_text", ""),
            binding=None if document.get("binding") is None else self._binding(key, document["binding"]),
            taken=Taken(member_id=document["taken_by"], until=until)
            if (until := document.get("taken_until"))
            else None,
            first_taken_by=document.get("first_taken_by") or "",
            replies_wait=document.get("replies_wait", False),
        )


_FREED: Mapping[str, Any] = {"lease_token": None, "lease_until": None}


def _stops(kept: Mapping[str, Any]) -> Mapping[Purpose, Stop]:
    return {Purpose(purpose): Stop(**stop) for purpose, stop in kept.items()}


def _given(**facts: Any) -> Document:
    return {name: value for name, value in facts.items() if value is not None}


def _granted(grant: Grant | None, held: Conversation, now: datetime) -> Document:
    if grant is None or not _is_better(grant, held, now):
        return {}
    return {"grant_left": grant.messages, "grant_until": grant.until}


def _is_better(grant: Grant, held: Conversation, now: datetime) -> bool:
    if held.grant_until is None or held.grant_until <= now or held.grant_left == 0:
        return True
    return grant.until >= held.grant_until


def _agreed(version: str | None, sensitive: bool, now: datetime) -> Document:
    if version is None:
        return {}
    return {"consent_version": version, "consent_at": now, "consent_sensitive": sensitive}
