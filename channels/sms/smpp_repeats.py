"""Telling a text that comes again from the same words written again.

A deliver_sm carries no id. An SMSC brings it again when it saw no answer: because we gave none, because it was too
slow, or because the connection ended before the answer was read. So what counts is not what a text says but whether
the SMSC can have missed our answer to it:

* Each text gets an id of its own, kept under a digest of its octets until the answer is *proved* read: by the peer's
  answer to any request that we wrote after it.
* The same octets while such an id is open are a repeat, if they come through another session, with the same sequence
  number, or later than an SMSC would send them without having waited for an answer. Else somebody wrote them twice.

What is open is kept in this process, and in what processes share, so that who takes over knows it.
"""

import hashlib
import hmac
import json
import uuid
from collections import OrderedDict
from dataclasses import dataclass

from channels.base import SharedState
from channels.sms.smpp_session import Session

IMPATIENT_SECONDS = 5.0
"""No SMSC waits for less before it sends again; who writes "1" twice is quicker, or the first was answered by then."""
REMEMBERED_SECONDS = 3600.0
_OPEN_AT_ONCE = 5_000


@dataclass(eq=False, kw_only=True)
class Named:
    """A text under its id. ``answered_at``: when our answer was written; None: not yet."""

    id: str
    digest: str
    session: Session | None
    sequence: int
    came_at: float
    answered_at: float | None = None
    answered_after: int = 0
    """The sequence number of the last request that we wrote before our answer."""
    refused: bool = False
    """We said that it is to come again."""


class Repeats:
    """The texts whose answers may have been missed."""

    def __init__(self, account: str, secret: str, shared: SharedState) -> None:
        # Keyed: number and words are not to be found out by trying, wherever the digest is kept.
        self._secret = secret.encode()
        self._prefix = f"smpp:{account}:"
        self._shared = shared
        self._open: OrderedDict[str, list[Named]] = OrderedDict()
        self._unproved: dict[str, Named] = {}

    async def name(self, session: Session, sequence: int, sameness: bytes, *, now: float) -> Named:
        """The text's id: that of the one it repeats, or a new one. ``now``: seconds, of a clock that never jumps."""
        digest = hmac.new(self._secret, sameness, hashlib.sha256).hexdigest()
        known = await self._known(digest, now)
        named = next((each for each in known if _comes_again(each, session, sequence, now)), None)
        if named is None:
            named = Named(id=uuid.uuid4().hex, digest=digest, session=session, sequence=sequence, came_at=now)
            known.append(named)
            await self._share(digest)
        self._unproved.pop(named.id, None)
        named.session, named.sequence, named.came_at = session, sequence, now
        named.answered_at, named.refused = None, False
        return named

    def answered(self, named: Named, *, now: float, written: int) -> None:
        """Our answer was written, after our request of sequence ``written``."""
        named.answered_at, named.answered_after = now, written
        self._unproved[named.id] = named

    def refused(self, named: Named) -> None:
        """It was not kept, perhaps, and shall come again."""
        named.refused = True

    async def proved(self, session: Session, sequence: int) -> None:
        """The peer read all that we wrote before our request of ``sequence``."""
        unproved = list(self._unproved.values())
        for each in unproved:
            if each.session is session and each.answered_after < sequence:
                await self._close(each)

    @property
    def unproved(self) -> bool:
        """Whether an answer waits for its proof."""
        return bool(self._unproved)

    async def _close(self, named: Named) -> None:
        self._unproved.pop(named.id, None)
        known = self._open.get(named.digest, [])
        if named in known:
            known.remove(named)
            await self._share(named.digest)
        if not known:
            self._open.pop(named.digest, None)

    async def _known(self, digest: str, now: float) -> list[Named]:
        if digest in self._open:
            known = self._open[digest]
        else:
            ids = _ids(await self._shared.get(self._prefix + digest))
            # Of a session that is over: whoever held it has died, or it was ours and we forgot.
            known = [Named(id=each, digest=digest, session=None, sequence=0, came_at=now) for each in ids]
        known[:] = [each for each in known if now - each.came_at < REMEMBERED_SECONDS]
        self._open[digest] = known
        self._open.move_to_end(digest)
        while len(self._open) > _OPEN_AT_ONCE:
            _, forgotten = self._open.popitem(last=False)
            for each in forgotten:
                self._unproved.pop(each.id, None)
        return known

    async def _share(self, digest: str) -> None:
        ids = [each.id for each in self._open.get(digest, [])]
        if ids:
            await self._shared.set(self._prefix + digest, json.dumps(ids), seconds=REMEMBERED_SECONDS)
        else:
            await self._shared.delete(self._prefix + digest)


def _comes_again(before: Named, session: Session, sequence: int, now: float) -> bool:
    if before.session is not session or before.sequence == sequence or before.refused:
        return True
    # Within one session an SMSC repeats only what went unanswered for long, perhaps as our answer crosses its repeat.
    if before.answered_at is None:
        return now - before.came_at >= IMPATIENT_SECONDS
    slow = before.answered_at - before.came_at >= IMPATIENT_SECONDS
    return slow and now - before.answered_at < IMPATIENT_SECONDS


def _ids(kept: str | None) -> list[str]:
    try:
        ids = json.loads(kept or "[]")
    except (ValueError, RecursionError):
        return []
    return [each for each in ids if isinstance(each, str)] if isinstance(ids, list) else []
