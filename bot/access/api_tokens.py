"""Tokens of other systems: given once, taken back at any time; each step stands in the audit log."""

from collections.abc import Collection
from datetime import timedelta

from bot.access.errors import AccessError
from bot.access.members import By
from channels.base import Clock
from storage.api_tokens import ApiToken
from storage.audit import AuditLine
from storage.errors import AlreadyThere, Conflict
from storage.staff import Role
from storage.store import Store

ROLES = (Role.OPERATOR, Role.HANDLER, Role.SUPERVISOR, Role.LEADER)
"""Those whose business are cases, and what the API does with them."""
LONGEST_NAME = 40
SHOWN_AGAIN = timedelta(minutes=10)
"""So long a form that was sent twice shows the secret it was given, to whoever sent it."""


class WrongToken(AccessError):
    """``sentence`` says what is wrong."""


class TokenOffice:
    """Who gives tokens and takes them back. ``taken``: the names of those in the settings."""

    def __init__(self, *, store: Store, clock: Clock, taken: Collection[str]) -> None:
        self._store = store
        self._clock = clock
        self.taken = taken

    async def give(self, name: str, *, role: Role, unit: str, by: By, seed: str | None = None) -> str:
        """Make a token; give its secret, which is kept nowhere. ``unit``: its code or name.

        ``seed``: of the form that asked. Of a double click the browser shows the second answer alone, which would be
        a refusal, and the secret gone: within ten minutes, before its first use, the same form gets the same secret.

        Raises:
            WrongToken: a role or unit that has none, or the name was given before.
        """
        name = name.strip()
        if role not in ROLES:
            raise WrongToken(f"角色要选{'、'.join(each.label for each in ROLES)}中的一个")
        if not name or len(name) > LONGEST_NAME or name in self.taken:
            raise WrongToken(f"名称要有 1 到 {LONGEST_NAME} 个字，也不能和设置文件里已有的令牌重名")
        found = (await self._store.units.tree()).find(unit)
        if found is None or not found.active:
            raise WrongToken(f"没有单位“{unit}”")
        secret = self._store.tokens.new_secret(seed)
        token = ApiToken(name=name, role=role, unit=found.id, made_at=self._clock())
        line = self._line(by, "token.given", name, unit=found.id, role=role.value)
        try:
            await self._store.audited([self._store.tokens.put(token, secret)], line)
        except AlreadyThere:
            if await self._given_now(name, secret):
                return secret
            raise WrongToken(f"名称“{name}”用过了，请换一个：办理过程里要分得清是谁") from None
        return secret

    async def _given_now(self, name: str, secret: str) -> bool:
        given = await self._store.tokens.of(secret)
        if given is None or given.name != name or given.used_at is not None:
            return False
        return self._clock() - given.made_at < SHOWN_AGAIN

    async def take_back(self, name: str, *, by: By) -> None:
        """End a token, at once.

        Raises:
            WrongToken: there is none that is good.
        """
        gone = self._store.tokens.revoked(name, at=self._clock())
        try:
            await self._store.audited([gone], self._line(by, "token.revoked", name))
        except Conflict:
            raise WrongToken(f"没有在用的令牌“{name}”") from None

    def _line(self, by: By, action: str, name: str, **details: str) -> AuditLine:
        return AuditLine(at=self._clock(), actor=by.id, name=by.name, action=action, target=name, details=details)
