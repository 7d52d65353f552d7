"""The public pages, at ``/notices``: no token, no script, large type. What is withdrawn or past is not found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.clocks.calendar import SHANGHAI
from bot.local_time import at
from bot.page_guard import page_guard
from bot.publishing import words
from channels.base import Clock
from storage.publication_records import Publication, PublicationKind, Reception
from storage.store import Store

FRESH_SECONDS = 60
"""For how long a browser or a proxy may show a page again without asking: so late is a withdrawal seen at most."""
_FOLDER = Path(__file__).parent
_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicParts:
    """What the pages are made of."""

    store: Store
    clock: Clock
    office: str


def make_public_pages(parts: PublicParts) -> web.Application:
    """The application, to be mounted at ``/notices``."""
    pages = _Pages(parts)
    app = web.Application(middlewares=[page_guard(pages, event="public.failed", headers=_HEADERS)])
    app.router.add_get("", pages.list)
    app.router.add_get("/", pages.list)
    app.router.add_get("/{id}", pages.one)
    return app


class _Pages:
    def __init__(self, parts: PublicParts) -> None:
        self._parts = parts
        self._made = Environment(
            loader=FileSystemLoader(_FOLDER / "templates"), autoescape=True, undefined=StrictUndefined
        )
        self._made.filters["at"] = at
        self._made.globals |= {"spoken_time": words.spoken_time, "spoken_day": words.spoken_day, "who": words.who}

    async def list(self, _request: web.Request) -> web.Response:
        receptions, clarifications = [await self._shown(kind) for kind in _IN_ORDER]
        return self._response("list.html", receptions=receptions, clarifications=clarifications)

    async def one(self, request: web.Request) -> web.Response:
        now = self._parts.clock()
        found = await self._parts.store.publications.get(request.match_info["id"])
        if found is None or not found.shown(now):
            raise web.HTTPNotFound
        said = found.content
        if not isinstance(said, Reception):
            return self._response("clarification.html", one=found, said=said)
        early, late = now < said.opens_at, now.astimezone(SHANGHAI) >= said.closes_at
        return self._response("reception.html", one=found, said=said, early=early, late=late)

    def gone(self) -> web.Response:
        return self._response("gone.html", status=404)

    def failed(self) -> web.Response:
        return self._response("failed.html", status=503)

    async def _shown(self, kind: PublicationKind) -> Sequence[Publication]:
        return await self._parts.store.publications.shown(kind, self._parts.clock())

    def _response(self, template: str, *, status: int = 200, **values: object) -> web.Response:
        text = self._made.get_template(template).render(office=self._parts.office, **values)
        response = web.Response(text=text, content_type="text/html", status=status)
        fresh = status == 200  # noqa: PLR2004 - a page that is there
        response.headers["Cache-Control"] = f"public, max-age={FRESH_SECONDS}" if fresh else "no-store"
        return response


_IN_ORDER = (PublicationKind.RECEPTION, PublicationKind.CLARIFICATION)
