"""The tokens that were given out by ``petition-bot staff token``: what each may do follows from its role and unit."""

from collections.abc import Mapping

from bot.access.permissions import Permission, permissions_of
from bot.api.tokens import Caller, Scope, SettingsTokens
from storage.staff import Role
from storage.store import Store

ROLES = (Role.OPERATOR, Role.HANDLER, Role.SUPERVISOR, Role.LEADER)
"""Those whose business are cases, and what the API does with them."""


class KeptTokens:
    """A ``TokenBook``: the tokens of the settings first, then those that are kept."""

    def __init__(self, store: Store, settings: Mapping[str, str]) -> None:
        self._store = store
        self._settings = SettingsTokens(settings)

    async def caller(self, token: str) -> Caller | None:
        """Raises StorageError where the kept ones cannot be read."""
        known = await self._settings.caller(token)
        if known is not None:
            return known
        kept = await self._store.tokens.of(token)
        if kept is None:
            return None
        tree = await self._store.units.tree()
        unit = tree.get(kept.unit)
        if unit is None or not unit.active:
            return None
        units = None if unit.parent is None else frozenset(each.id for each in tree.below(unit.id))
        return Caller(name=kept.name, scopes=scopes_of(kept.role, office=units is None), units=units)


def scopes_of(role: Role, *, office: bool) -> frozenset[Scope]:
    """What a role may do over the API.

    Moves are the office's: over the API a unit could answer a filer by itself, which at the console it cannot.
    """
    may, scopes = permissions_of([role]), set()
    if Permission.REVEAL in may:
        scopes.add(Scope.PERSONAL)
    if office and {Permission.INTAKE, Permission.SEND_ANSWER} <= may:
        scopes.add(Scope.WRITE)
    return frozenset(scopes)
