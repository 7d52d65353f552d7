"""The members of staff who may sign in to the console, and their sessions.

Passwords are kept as argon2id hashes, made and compared by ``bot.access``; here they are only carried. Names, phones
and the secrets of one-time codes are sealed. A session is known by the digest of its token alone.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from storage.commit import Change, Insert, Update
from storage.driver import Database, Document
from storage.errors import Conflict
from storage.personal_data import Vault

STAFF = "staff"
SESSIONS = "staff_sessions"
MOST_STAFF = 5_000


class Role(StrEnum):
    """What somebody does at the office; ``label`` is what the console shows."""

    OPERATOR = "operator"
    HANDLER = "handler"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    NOTICE_EDITOR = "notice_editor"
    NOTICE_APPROVER = "notice_approver"
    DISCIPLINE = "discipline"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Mapping[Role, str] = {
    Role.OPERATOR: "坐席",
    Role.HANDLER: "承办人",
    Role.SUPERVISOR: "督办员",
    Role.LEADER: "领导",
    Role.NOTICE_EDITOR: "通知编辑",
    Role.NOTICE_APPROVER: "通知审批",
    Role.DISCIPLINE: "纪检",
    Role.ADMINISTRATOR: "管理员",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of staff.

    ``login`` is what they type, lower case. ``unit`` is the code of their unit. ``must_change``: the password is one
    that somebody else knows. ``totp`` is the secret of their one-time codes, "" where they use none; ``totp_step`` the
    newest time step that was used up (a code counts once: RFC 6238 §5.2). ``failures`` are wrong passwords or codes in
    a row; until ``locked_until`` none is looked at.
    """

    login: str
    unit: str
    roles: tuple[Role, ...]
    created_at: datetime
    name: str = field(repr=False)
    password: str = field(repr=False)
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    version: int = 1
    active: bool = True
    must_change: bool = False
    phone: str = field(default="", repr=False)
    totp: str = field(default="", repr=False)
    totp_step: int = 0
    failures: int = 0
    locked_until: datetime | None = None

    @property
    def newer(self) -> "Member":
        """The same, as it is kept after a change."""
        return replace(self, version=self.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A sign-in. It ends at ``expires_at`` at the latest, earlier where nobody uses it."""

    member_id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


_SEALED = ("name", "phone", "totp", "password")


class Staff:
    """The members of staff."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._staff = database[STAFF]
        self._vault = vault

    async def change(self, member: Member) -> Member:
        """Keep ``member`` as it is now; give it with its new version.

        Raises:
            Conflict: somebody changed it meanwhile.
        """
        change = self.changed(member)
        if not await self._staff.update_one(change.filter, change.update):
            raise Conflict(STAFF)
        return member.newer

    def put(self, member: Member) -> Change:
        """Give the change that keeps a new member; AlreadyThere: the login is taken."""
        return Insert(collection=STAFF, document={"_id": member.id, **self._document(member)})

    def changed(self, member: Member) -> Update:
        """Give the change that keeps ``member`` as it is now (``member.newer``); Conflict: somebody else changed it."""
        guard = {"_id": member.id, "version": member.version}
        return Update(collection=STAFF, filter=guard, update={"$set": self._document(member.newer)})

    async def get(self, id: str) -> Member | None:  # noqa: A002 - what it is
        found = await self._staff.find_one({"_id": id})
        return None if found is None else self._member(found)

    async def of_login(self, login: str) -> Member | None:
        found = await self._staff.find_one({"login": login.strip().lower()})
        return None if found is None else self._member(found)

    async def all(self, limit: int = MOST_STAFF) -> Sequence[Member]:
        """Give everybody, by login."""
        return [self._member(each) for each in await self._staff.find({}, sort=(("login", 1),), limit=limit)]

    async def exist(self) -> bool:
        """Whether anybody is there at all."""
        return await self._staff.find_one({}, projection={"_id": 1}) is not None

    def _document(self, member: Member) -> Document:
        kept: Document = {
            name: getattr(member, name) for name in Member.__dataclass_fields__ if name not in {"id", "roles", *_SEALED}
        }
        sealed = {name: self._vault.seal(getattr(member, name), f"{STAFF}/{name}/{member.id}") for name in _SEALED}
        return {**kept, **sealed, "login": member.login.strip().lower(), "roles": [role.value for role in member.roles]}

    def _member(self, document: Mapping[str, Any]) -> Member:
        plain = {
            name: document[name]
            for name in Member.__dataclass_fields__
            if name in document and name not in {"roles", *_SEALED}
        }
        opened: dict[str, Any] = {
            name: self._vault.open(document[name], f"{STAFF}/{name}/{document['_id']}") for name in _SEALED
        }
        return Member(**plain, **opened, id=document["_id"], roles=tuple(map(Role, document["roles"])))


class Sessions:
    """Who is signed in."""

    def __init__(self, database: Database) -> None:
        self._sessions = database[SESSIONS]

    async def open(self, token: str, session: Session) -> None:
        kept = {name: getattr(session, name) for name in Session.__dataclass_fields__}
        await self._sessions.insert_one({"_id": _digest(token), **kept})

    async def get(self, token: str, *, now: datetime, idle_since: datetime) -> Session | None:
        """Give the session of ``token``, unless it ended or nobody used it since ``idle_since``."""
        where = {"_id": _digest(token), "expires_at": {"$gt": now}, "seen_at": {"$gt": idle_since}}
        found = await self._sessions.find_one(where)
        return None if found is None else Session(**{name: found[name] for name in Session.__dataclass_fields__})

    async def seen(self, token: str, at: datetime) -> None:
        await self._sessions.update_one({"_id": _digest(token)}, {"$max": {"seen_at": at}})

    async def close(self, token: str) -> None:
        await self._sessions.delete_one({"_id": _digest(token)})

    async def close_all(self, member_id: str, *, but: str = "") -> int:
        """End all sessions of a member, ``but`` that of one token; give how many there were."""
        keep = {"_id": {"$ne": _digest(but)}} if but else {}
        return await self._sessions.delete_many({"member_id": member_id, **keep})


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
