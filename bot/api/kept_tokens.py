"""The tokens that were given out, at the console or the command line: role and unit say what each may do."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

from bot.access.permissions import Permission, permissions_of
from bot.api.tokens import Caller, Scope, SettingsTokens
from channels.base import Clock
from storage.api_tokens import ApiToken
from storage.errors import StorageError
from storage.staff import Role
from storage.store import Store

NOTED_EVERY = timedelta(minutes=10)
"""How exactly the last use of a token is known: a system that calls all day costs few writes."""


class KeptTokens:
    """A ``TokenBook``: the tokens of the settings first, then those that are kept."""

    def __init__(self, store: Store, settings: Mapping[str, str], clock: Clock) -> None:
        self._store = store
        self._clock = clock
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
        await self._note(kept)
        units = None if unit.parent is None else frozenset(each.id for each in tree.below(unit.id))
        return Caller(name=kept.name, scopes=scopes_of(kept.role, office=units is None), units=units)

    async def _note(self, token: ApiToken) -> None:
        now = self._clock()
        if token.used_at is None or now - token.used_at >= NOTED_EVERY:
            with suppress(StorageError):  # no reason to turn a good token away
                await self._store.tokens.used(token.name, at=now)


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
