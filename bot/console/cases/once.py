"""A form that is sent twice is carried out once: a double click without script, a reload, a page sent on a slow line.

Each page of a case carries a key. It is written with the entry of the timeline that the form makes, in the same
commit, and the database keeps it single; so the second of two forms that come at the same moment fails as a whole, and
is answered like the first.
"""

from collections.abc import Sequence
from dataclasses import replace

from aiohttp import web

from bot.console.cases.reach import reaches
from bot.console.form_keys import key_of
from bot.console.routes import Call, Handler, Route
from storage.errors import AlreadyThere
from storage.numbers import normalise
from storage.store import Store

DONE = "这一步刚才已经做过，没有重复"
_REFUSED = 422


def all_once(store: Store, routes: Sequence[Route]) -> tuple[Route, ...]:
    """The same routes; what changes the case of their path does so once for each key."""
    return tuple(
        replace(route, handler=_once(store, route.handler)) if route.method == "POST" else route for route in routes
    )


async def keyed(call: Call) -> Call:
    """The call with the key of its form, where it has one, as what the timeline keeps of who did it."""
    return replace(call, viewer=replace(call.viewer, once=key_of(await call.form())))


def _once(store: Store, handler: Handler) -> Handler:
    async def do(call: Call) -> web.StreamResponse:
        call = await keyed(call)
        if await _is_done(store, call):
            return await _answered(store, call)
        try:
            response = await handler(call)
        except AlreadyThere:
            if await _is_done(store, call):
                return await _answered(store, call)
            raise
        # Refused because its twin was a moment quicker: the case has moved on.
        if response.status == _REFUSED and await _is_done(store, call):
            return await _answered(store, call)
        return response

    return do


async def _is_done(store: Store, call: Call) -> bool:
    return bool(call.viewer.once) and await store.cases.has_entered(_number(call), call.viewer.once)


def _number(call: Call) -> str:
    return normalise(call.path["number"]) or ""


async def _answered(store: Store, call: Call) -> web.StreamResponse:
    case = await store.cases.get(_number(call))
    return call.back(f"/cases/{case.number}" if case and reaches(call.viewer, case) else "/", DONE)
