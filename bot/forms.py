"""A form that a browser sent, or a 400: aiohttp's reader raises whatever a broken one makes it stumble over."""

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDictProxy

BROKEN = (ValueError, AssertionError, RuntimeError, LookupError, TypeError, HttpProcessingError)

Form = MultiDictProxy[str | bytes | bytearray | web.FileField]
MOST_OF_A_FORM = web.AppKey("most_of_a_form", int)
"""Bytes that the forms of an application may have; aiohttp itself goes by the limit of the outermost one alone."""


async def read_form(request: web.Request) -> Form:
    """The fields of the form, and its files.

    Raises:
        web.HTTPBadRequest: it is none.
        web.HTTPRequestEntityTooLarge: it is longer than the application takes.
    """
    most = request.config_dict.get(MOST_OF_A_FORM)
    if most is not None:
        # A clone would take a limit of its own, but nobody would close the clone's files.
        request._client_max_size = most  # noqa: SLF001 - aiohttp has no other way for one application's requests
    try:
        return await request.post()
    except BROKEN:
        raise web.HTTPBadRequest from None
