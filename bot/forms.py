"""A form that a browser sent, or a 400: aiohttp's reader raises whatever a broken one makes it stumble over."""

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDictProxy

BROKEN = (ValueError, AssertionError, RuntimeError, LookupError, TypeError, HttpProcessingError)

Form = MultiDictProxy[str | bytes | bytearray | web.FileField]


async def read_form(request: web.Request) -> Form:
    """The fields of the form, and its files.

    Raises:
        web.HTTPBadRequest: it is none.
        web.HTTPRequestEntityTooLarge: it is longer than the application takes.
    """
    try:
        return await request.post()
    except BROKEN:
        raise web.HTTPBadRequest from None
