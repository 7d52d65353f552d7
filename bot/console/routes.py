"""What a page of the console is, and who may open it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.access.members import By
from bot.access.permissions import Permission, permissions_of
from bot.console.rendering import Pages, redirection
from bot.forms import read_form
from storage.cases import Actor, ActorKind
from storage.staff import Member
from storage.units import Unit, UnitTree

BASE = "/console"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks at a page: a member, what they may do, and the units they see.

    ``once``: the key of the form that they sent, where it has one (``bot.console.cases.once``).
    """

    member: Member
    unit: Unit
    tree: UnitTree
    token: str = field(repr=False)
    once: str = ""

    @property
    def permissions(self) -> frozenset[Permission]:
        return permissions_of(self.member.roles)

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def sees_unit(self, unit_id: str) -> bool:
        """Whether the unit is the viewer's own or below it."""
        return self.tree.within(unit_id, self.unit.id)

    @property
    def actor(self) -> Actor:
        """As timelines name them."""
        return Actor(kind=ActorKind.STAFF, name=f"{self.unit.name} {self.member.name}", once=self.once)

    @property
    def by(self) -> By:
        """As the audit log names them."""
        return By(id=self.member.id, name=self.member.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a page."""

    request: web.Request
    viewer: Viewer
    pages: Pages

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query

    @property
    def path(self) -> Mapping[str, str]:
        return self.request.match_info

    async def form(self) -> Mapping[str, str]:
        """The fields of the form that was sent, without blanks around; files are left out.

        A new line is one character, as browsers count it where they keep to a field's maxlength.
        """
        sent = await read_form(self.request)
        return {name: value.replace("\r\n", "\n").strip() for name, value in sent.items() if isinstance(value, str)}

    async def chosen(self, name: str) -> list[str]:
        """All values of a field that may be ticked several times."""
        sent = await read_form(self.request)
        return [value for value in sent.getall(name, []) if isinstance(value, str)]

    def page(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """A page made from ``template``."""
        told = self.pages.told(self.request)
        known = {"viewer": self.viewer, "here": self.request.path, "told": told}
        response = self.pages.response(template, status=status, **(known | values))
        if told:
            self.pages.forget_told(response)
        return response

    def back(self, path: str, told: str = "") -> web.Response:
        """Send on to a page (a path below the console) after something was done; ``told`` is shown there once."""
        return self.pages.telling(redirection(f"{BASE}{path}"), told)


Handler = Callable[[Call], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One page or action. ``needs`` None: any member who is signed in.

    ``any_of``: enough where the viewer has one of them, for pages that several roles share.
    """

    method: str
    path: str
    handler: Handler
    needs: Permission | None
    any_of: frozenset[Permission] = frozenset()

    def open_to(self, viewer: Viewer) -> bool:
        wanted = self.any_of | ({self.needs} if self.needs else set())
        return not wanted or not viewer.permissions.isdisjoint(wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """An entry of the navigation: shown to whoever may open it. ``also``: where else its pages are."""

    path: str
    label: str
    needs: frozenset[Permission]
    order: int = 50
    also: tuple[str, ...] = ()

    def shown_to(self, viewer: Viewer) -> bool:
        return not self.needs or not viewer.permissions.isdisjoint(self.needs)

    def holds(self, here: str) -> bool:
        """Whether the page at ``here`` is one of this entry's."""
        roots = [f"{BASE}{path.partition('?')[0]}" for path in (self.path, *self.also)]
        return any(here == root or here.startswith(f"{root}/") for root in roots)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A part of the console: its routes and its entries of the navigation."""

    routes: tuple[Route, ...]
    tabs: tuple[Tab, ...] = ()
