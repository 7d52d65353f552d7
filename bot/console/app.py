"""Puts the console together: every route with its permission, behind the guards and a sign-in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.access.permissions import Permission
from bot.access.signing_in import SigningIn
from bot.console.door import COOKIE, Door
from bot.console.guards import VIEWER, NotForThem, guarded
from bot.console.rendering import Pages, redirection
from bot.console.routes import BASE, Call, Feature, Route, Viewer
from bot.forms import MOST_OF_A_FORM
from channels.base import Clock
from storage.store import Store

ROUTES = web.AppKey("routes", tuple[Route, ...])
_STATIC = Path(__file__).parent / "static"
MOST_BODY = 12 * 1024 * 1024
"""Of one form with its files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleParts:
    """What the console is made of. ``public_url``: where browsers reach it, "" for this machine."""

    store: Store
    signing_in: SigningIn
    clock: Clock
    office: str
    public_url: str
    features: Sequence[Feature] = ()


def make_console(parts: ConsoleParts) -> web.Application:
    """The application, to be mounted at ``/console``."""
    pages = Pages(office=parts.office, secure=parts.public_url.startswith("https://"))
    door = Door(signing_in=parts.signing_in, store=parts.store, pages=pages)
    features = (*parts.features, door.feature())
    pages.tabs = tuple(sorted((tab for each in features for tab in each.tabs), key=lambda tab: tab.order))
    app = web.Application(middlewares=[guarded(pages, parts.public_url, door.viewer)])
    app[MOST_OF_A_FORM] = MOST_BODY
    app.router.add_get("/sign-in", door.form)
    app.router.add_post("/sign-in", door.enter)
    app.router.add_static("/static", _STATIC)
    routes = tuple(route for feature in features for route in feature.routes)
    app[ROUTES] = routes
    for route in routes:
        app.router.add_route(route.method, route.path, _endpoint(route, door, pages))
    app.router.add_get("", _to_front)
    return app


async def _to_front(_request: web.Request) -> web.StreamResponse:
    return redirection(f"{BASE}/")


def _endpoint(route: Route, door: Door, pages: Pages) -> Handler:
    async def endpoint(request: web.Request) -> web.StreamResponse:
        viewer = await door.viewer(request)
        if viewer is None:
            return await door.ask(request)
        if viewer.member.must_change and route.path not in door.open_to_newcomers:
            return redirection(f"{BASE}/me/password")
        request[VIEWER] = viewer
        if not route.open_to(viewer):
            raise NotForThem(route, viewer)
        call = Call(request=request, viewer=viewer, pages=pages)
        return await route.handler(call)

    return endpoint


def may_any(viewer: Viewer, permissions: Iterable[Permission]) -> bool:
    """Whether the viewer has one of ``permissions``."""
    return not viewer.permissions.isdisjoint(permissions)


__all__ = ["COOKIE", "ROUTES", "ConsoleParts", "make_console", "may_any"]
