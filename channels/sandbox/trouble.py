"""``…/faults`` and ``…/journal`` below the controls of each played platform."""

from collections.abc import Callable, Mapping
from typing import Protocol

from aiohttp import web

from channels.sandbox.faults import Faults, read_fault
from channels.sandbox.inputs import read_body, read_number
from channels.sandbox.journal import Journal

_MOST_LISTED = 1000


class Troubled(Protocol):
    """What a platform has for it."""

    faults: Faults
    journal: Journal


def add_routes(
    router: web.UrlDispatcher,
    base: str,
    of: Callable[[web.Request], Troubled],
    *,
    prefixes: tuple[str, ...],
    codes: Mapping[int, str] | None = None,
) -> None:
    """``prefixes``: how the paths of the platform's calls begin; ``codes``: what its error codes say, for the page."""

    async def faults(request: web.Request) -> web.Response:
        told = {"codes": dict(codes)} if codes is not None else {}
        return web.json_response({"items": of(request).faults.listed(), **told})

    async def add_fault(request: web.Request) -> web.Response:
        of(request).faults.add(read_fault(await read_body(request), prefixes))
        return await faults(request)

    async def clear_faults(request: web.Request) -> web.Response:
        of(request).faults.clear()
        return await faults(request)

    async def journal(request: web.Request) -> web.Response:
        query = request.query
        after = int(read_number(query.get("after", "0"), "after"))
        limit = min(max(int(read_number(query.get("limit", "200"), "limit")), 1), _MOST_LISTED)
        items = of(request).journal.listed(path=query.get("path", ""), after=after, limit=limit)
        return web.json_response({"items": items})

    async def clear_journal(request: web.Request) -> web.Response:
        of(request).journal.clear()
        return web.json_response({"items": []})

    router.add_get(f"{base}/faults", faults)
    router.add_post(f"{base}/faults", add_fault)
    router.add_delete(f"{base}/faults", clear_faults)
    router.add_get(f"{base}/journal", journal)
    router.add_delete(f"{base}/journal", clear_journal)
