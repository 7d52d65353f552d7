"""Tokens of other systems: given, taken back, listed; each step in the audit log."""

import secrets
from collections.abc import Sequence

from bot.access.members import By
from bot.api.kept_tokens import ROLES
from bot.cli.app import Common
from bot.cli.opened import opened
from bot.local_time import at
from bot.wiring import utc_now
from storage.api_tokens import ApiToken
from storage.audit import AuditLine
from storage.errors import AlreadyThere
from storage.staff import Role
from storage.store import Store

_BYTES = 32
_LONGEST = 40


class NotDone(Exception):
    """``sentence`` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


async def given(options: Common, *, name: str, role: str, unit: str) -> str:
    """Make a token; give its secret, which is kept nowhere.

    Raises:
        NotDone: no such role or unit, or the name was given before.
    """
    known = {each.label: each for each in ROLES} | {each.value: each for each in ROLES}
    if role not in known:
        raise NotDone(f"--role 要写 {'、'.join(each.label for each in ROLES)} 中的一个")
    if not name.strip() or len(name) > _LONGEST or name in options.settings().api.tokens:
        raise NotDone(f"名称要有 1 到 {_LONGEST} 个字，也不能和设置里 [api] tokens 的重名")
    async with opened(options) as store:
        found = (await store.units.tree()).find(unit)
        if found is None:
            raise NotDone(f"没有单位“{unit}”，见 petition-bot units list")
        secret, now = secrets.token_urlsafe(_BYTES), utc_now()
        try:
            await store.tokens.add(ApiToken(name=name, role=known[role], unit=found.id, made_at=now), secret)
        except AlreadyThere:
            raise NotDone(f"名称“{name}”用过了，请换一个：办理过程里要分得清是谁") from None
        await _audit(store, "token.given", name, role=known[role], unit=found.id)
        return secret


async def revoked(options: Common, name: str) -> None:
    """Take a token back.

    Raises:
        NotDone: there is none that is good.
    """
    async with opened(options) as store:
        if not await store.tokens.revoke(name, at=utc_now()):
            raise NotDone(f"没有在用的令牌“{name}”，见 petition-bot staff tokens")
        await _audit(store, "token.revoked", name)


async def listed(options: Common) -> Sequence[str]:
    """A line for each."""
    async with opened(options) as store:
        tokens = await store.tokens.all()
    lines = [
        f"{each.name}  {each.role.label}  {each.unit}  {at(each.made_at)}"
        + (f"  已收回 {at(each.revoked_at)}" if each.revoked_at else "")
        for each in tokens
    ]
    return lines or ["还没有给过令牌：petition-bot staff token 名称 --role 角色 --unit 单位"]


async def _audit(store: Store, action: str, name: str, *, role: Role | None = None, unit: str = "") -> None:
    by = By()
    details = {"unit": unit, "role": role.value} if role else {}
    await store.audit.add(
        AuditLine(at=utc_now(), actor=by.id, name=by.name, action=action, target=name, details=details)
    )
