"""``staff token`` and ``staff tokens``: tokens of other systems, at the command line."""

from collections.abc import Sequence

from bot.access.api_tokens import ROLES, TokenOffice, WrongToken
from bot.access.members import By
from bot.cli.app import Common
from bot.cli.opened import opened
from bot.local_time import at
from bot.wiring import utc_now
from storage.store import Store


async def given(options: Common, *, name: str, role: str, unit: str) -> str:
    """Make a token; give its secret, which is kept nowhere.

    Raises:
        WrongToken: no such role or unit, or the name was given before.
    """
    known = {each.label: each for each in ROLES} | {each.value: each for each in ROLES}
    if role not in known:
        raise WrongToken(f"--role 要写 {'、'.join(each.label for each in ROLES)} 中的一个")
    async with opened(options) as store:
        return await _office(options, store).give(name, role=known[role], unit=unit, by=By())


async def revoked(options: Common, name: str) -> None:
    """Take a token back.

    Raises:
        WrongToken: there is none that is good.
    """
    async with opened(options) as store:
        await _office(options, store).take_back(name, by=By())


async def listed(options: Common) -> Sequence[str]:
    """A line for each."""
    async with opened(options) as store:
        tokens = await store.tokens.all()
    lines = [
        f"{each.name}  {each.role.label}  {each.unit}  {at(each.made_at)}"
        + (f"  最近使用 {at(each.used_at)}" if each.used_at else "  没有用过")
        + (f"  已收回 {at(each.revoked_at)}" if each.revoked_at else "")
        for each in tokens
    ]
    return lines or ["还没有给过令牌：petition-bot staff token 名称 --role 角色 --unit 单位"]


def _office(options: Common, store: Store) -> TokenOffice:
    return TokenOffice(store=store, clock=utc_now, taken=frozenset(options.settings().api.tokens))
