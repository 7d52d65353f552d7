"""The last door of pages that residents read: whatever happens behind it, a page answers."""

from collections.abc import Mapping
from typing import Protocol

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.faults import frames_of
from storage.errors import StorageError


class LastPages(Protocol):
    """What is shown where nothing else can be."""

    def gone(self) -> web.Response: ...

    def failed(self) -> web.Response: ...


def page_guard(pages: LastPages, *, event: str, headers: Mapping[str, str]) -> Middleware:
    """Answer each refusal with ``gone`` and each fault with ``failed``, logged as ``event``; all get ``headers``."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPException:
            response = pages.gone()
        except StorageError:
            response = pages.failed()
        except Exception as error:  # noqa: BLE001 - the last door: it is logged and answered as a page
            structlog.get_logger().error(event, error=type(error).__name__, frames=frames_of(error))
            response = pages.failed()
        response.headers.update(headers)
        return response

    return guard
