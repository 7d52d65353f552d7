"""Parts of long text messages, kept until the whole can be heard.

    open ─▶ closed ─▶ done      closed: all parts are there, or the wait is over; done: the whole is in the inbox

Each part is durable when ``keep`` returns, so that it may be acknowledged though the others are still under way:
whichever process gets them, and whether or not this one lives, the parts meet here. A closed group takes no more
parts; what comes late begins a group of its own, and is heard alone rather than lost. The whole has the group's id
as its message id, so that handing it to the inbox twice is handing it over once.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from channels.messages import Inbound, MessagePart
from storage.conversations import conversation_id
from storage.driver import Database, Document
from storage.errors import AlreadyThere, StorageAway, Unreadable
from storage.inbound_json import inbound_from_json, inbound_to_json
from storage.personal_data import Vault

MESSAGE_PARTS = "message_parts"
OPEN, CLOSED, DONE = "open", "closed", "done"

WAIT = timedelta(seconds=30)
"""How long after the newest part the others are waited for."""
_HAND_OVER = timedelta(seconds=10)
"""How long who closed a group may take to hand the whole over, before somebody else does."""
_REMEMBERED = timedelta(days=1)
"""How long a part that comes again is known as a repeat."""
_TRIES = 10
_APART = timedelta(milliseconds=1)
_MISSING = "……"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A message put together: hand it to the inbox, then say ``delivered``."""

    id: str
    message: Inbound


class MessageParts:
    """What came in parts. Groups are changed by guarded writes alone, so that several processes may add to one."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._groups = database[MESSAGE_PARTS]
        self._vault = vault

    async def keep(self, part: MessagePart, *, now: datetime) -> Whole | None:
        """Keep one part; give the whole where this was the last that was missing.

        A part that comes again is kept once; the whole is given again as long as nobody said that it was delivered.

        Raises:
            StorageAway: perhaps kept; keeping it again does no harm.
        """
        key = self._key(part)
        for _ in range(_TRIES):
            found = await self._groups.find({"key": key}, sort=(("begun_at", -1), ("_id", 1)), limit=1)
            newest = found[0] if found else None
            if newest is not None and self._known(newest, part):
                return self._whole(newest) if newest["state"] == CLOSED else None
            if newest is None or newest["state"] != OPEN:
                changed = await self._begin(key, part, now, before=newest)
            elif str(part.number) in newest["parts"]:
                # The sender's count has come round: that one waits no longer, this is another message.
                await self._close(newest, now)
                continue
            else:
                changed = await self._add(newest, part, now)
            if changed is not None:
                return self._whole(changed) if changed["state"] == CLOSED else None
        raise StorageAway(MESSAGE_PARTS)

    async def due(self, now: datetime, *, limit: int) -> Sequence[Whole]:
        """Give what is to be handed over now: those that waited long enough, and those that nobody handed over."""
        found = await self._groups.find({"wake_at": {"$lte": now}}, sort=(("wake_at", 1),), limit=limit)
        closed = [await self._close(group, now) for group in found]
        return list(self._readable(group for group in closed if group is not None))

    def _readable(self, groups: Iterable[Mapping[str, Any]]) -> Iterator[Whole]:
        """One that cannot be opened must not keep the others waiting; it stays, for whoever brings its key."""
        for group in groups:
            try:
                yield self._whole(group)
            except Unreadable as error:
                structlog.get_logger().error("parts.unreadable", group=group["_id"], error=error.code)

    async def delivered(self, id: str, *, now: datetime) -> None:  # noqa: A002 - what it is
        """Note that the whole is in the inbox; its texts are kept there alone from now on."""
        await self._groups.update_one(
            {"_id": id, "state": CLOSED},
            {
                "$set": {"state": DONE, "texts": {}, "expires_at": now + _REMEMBERED},
                "$unset": {"wake_at": ""},
                "$inc": {"version": 1},
            },
        )

    async def _begin(
        self, key: str, part: MessagePart, now: datetime, *, before: Mapping[str, Any] | None
    ) -> Document | None:
        # Clocks differ between machines; the newest group must be the one that was begun last.
        begun_at = now if before is None else max(now, before["begun_at"] + _APART)
        group: Document = {"_id": uuid.uuid4().hex, "key": key, "total": part.total, "begun_at": begun_at, "version": 1}
        group |= {"parts": {}, "texts": {}, "state": OPEN}
        number = str(part.number)
        group["parts"][number], group["texts"][number] = self._digest(part), self._sealed(group["_id"], part)
        group |= _progress(group, now)
        try:
            await self._groups.insert_one(group)
        except AlreadyThere:  # somebody else has begun the same
            return None
        return group

    async def _add(self, group: Mapping[str, Any], part: MessagePart, now: datetime) -> Document | None:
        number = str(part.number)
        after = {"total": group["total"], "parts": {**group["parts"], number: ""}}
        facts = {
            f"parts.{number}": self._digest(part),
            f"texts.{number}": self._sealed(group["_id"], part),
            **_progress(after, now),
        }
        return await self._change(group, facts)

    async def _close(self, group: Mapping[str, Any], now: datetime) -> Document | None:
        return await self._change(group, {"state": CLOSED, "wake_at": now + _HAND_OVER})

    async def _change(self, group: Mapping[str, Any], facts: Document) -> Document | None:
        """As it is now; None: somebody was quicker."""
        return await self._groups.find_one_and_update(
            {"_id": group["_id"], "version": group["version"]}, {"$set": facts, "$inc": {"version": 1}}
        )

    def _key(self, part: MessagePart) -> str:
        told = self._vault.pseudonym("parts", part.reference, str(part.total))
        return f"{conversation_id(self._vault, part.inbound.address)}:{told}"

    def _known(self, group: Mapping[str, Any], part: MessagePart) -> bool:
        return bool(group["parts"].get(str(part.number)) == self._digest(part))

    def _digest(self, part: MessagePart) -> str:
        return self._vault.pseudonym("part", part.inbound.text.encode("utf-16-be", "surrogatepass").hex())

    def _sealed(self, id: str, part: MessagePart) -> bytes:  # noqa: A002
        # Escaped: half a surrogate pair cannot be written as UTF-8.
        return self._vault.seal(json.dumps(inbound_to_json(part.inbound)), _place(id, str(part.number)))

    def _whole(self, group: Mapping[str, Any]) -> Whole:
        sealed = sorted((int(number), value) for number, value in group["texts"].items())
        found = {
            number: inbound_from_json(self._vault.open_json(value, _place(group["_id"], str(number))))
            for number, value in sealed
        }
        text = _text(found, group["total"])
        last = max(found.values(), key=lambda each: each.received_at)
        sent_at = min(each.sent_at for each in found.values())
        return Whole(id=group["_id"], message=replace(last, message_id=group["_id"], sent_at=sent_at, text=text))


def _text(found: Mapping[int, Inbound], total: int) -> str:
    """The texts in order; what is missing shows as an ellipsis."""
    pieces: list[str] = []
    for number in range(1, total + 1):
        if number in found:
            pieces.append(found[number].text)
        elif pieces[-1:] != [_MISSING]:
            pieces.append(_MISSING)
    # Pairs that were cut between parts are whole again; half a pair that is left cannot be kept.
    return "".join(pieces).encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")


def _progress(group: Mapping[str, Any], now: datetime) -> Document:
    if len(group["parts"]) == group["total"]:
        return {"state": CLOSED, "wake_at": now + _HAND_OVER}
    return {"state": OPEN, "wake_at": now + WAIT}


def _place(id: str, number: str) -> str:  # noqa: A002
    return f"{MESSAGE_PARTS}/text/{id}/{number}"
