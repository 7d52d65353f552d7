"""Tokens of other systems: keyed digests, each with a name, a role and a unit; shown once, taken back at any time."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.commit import Change, Insert, Update
from storage.driver import Database, Document
from storage.personal_data import Vault
from storage.staff import Role

API_TOKENS = "api_tokens"
MOST = 500
_BYTES = 32
_SEEDED = f"{API_TOKENS}/seed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """``name`` stands in timelines; ``unit`` is a code: the token reaches that unit and what is below it.

    ``used_at``: when it was shown last, some minutes early at most.
    """

    name: str
    role: Role
    unit: str
    made_at: datetime
    revoked_at: datetime | None = None
    used_at: datetime | None = None


class ApiTokens:
    """One document a name; a name is never given twice, so that timelines stay true."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._tokens = database[API_TOKENS]
        self._vault = vault

    def put(self, token: ApiToken, secret: str) -> Change:
        """Give the change that keeps a token; AlreadyThere: the name was given before."""
        document = {
            "_id": token.name,
            "digest": self._digest(secret),
            "role": token.role.value,
            "unit": token.unit,
            "made_at": token.made_at,
            "revoked_at": None,
        }
        return Insert(collection=API_TOKENS, document=document)

    def new_secret(self, seed: str | None = None) -> str:
        """A secret for a token. The same for the same ``seed``, which alone does not tell it: the keys are needed."""
        if seed is None:
            return secrets.token_urlsafe(_BYTES)
        return base64.urlsafe_b64encode(self._vault.hash_code(seed, _SEEDED)).rstrip(b"=").decode()

    async def of(self, secret: str) -> ApiToken | None:
        """The token that ``secret`` is, where it is still good."""
        found = await self._tokens.find_one({"digest": self._digest(secret), "revoked_at": None})
        return None if found is None else _token(found)

    async def all(self) -> Sequence[ApiToken]:
        return [_token(each) for each in await self._tokens.find({}, sort=(("_id", 1),), limit=MOST)]

    async def used(self, name: str, *, at: datetime) -> None:
        """Note that a token was shown."""
        await self._tokens.update_one({"_id": name}, {"$max": {"used_at": at}})

    def revoked(self, name: str, *, at: datetime) -> Change:
        """Give the change that takes a token back; Conflict: there is none that is good."""
        guard = {"_id": name, "revoked_at": None}
        return Update(collection=API_TOKENS, filter=guard, update={"$set": {"revoked_at": at}})

    def _digest(self, secret: str) -> bytes:
        return self._vault.hash_code(secret, API_TOKENS)


def _token(document: Document) -> ApiToken:
    plain = {name: document[name] for name in ("unit", "made_at", "revoked_at")}
    return ApiToken(name=document["_id"], role=Role(document["role"]), used_at=document.get("used_at"), **plain)
