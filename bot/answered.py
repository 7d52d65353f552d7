"""Whether an answer has reached whoever called: a reply in one that nobody reads must take another way.

TCP tells little. Who hung up before the answer was written will not read it, though writing succeeds where this process
stood still meanwhile; nor will who was answered after the platform's time. Who breaks the connection off shortly after
the answer threw away what had come. What remains unknown (a platform that takes the bytes and drops them) the platform
repeats itself.
"""

import select
from collections.abc import Callable

from aiohttp import web

GRACE_S = 0.4
"""Beyond the time in which a channel is answered, platforms wait for half a second more."""
_HUNG_UP = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR
"""Where the system does not tell of a caller that only stopped talking (macOS), that is not noticed."""


def hung_up(request: web.BaseRequest) -> bool:
    """Whether the caller has closed the connection, though this process may not have read of it yet."""
    transport = request.transport
    if transport is None or transport.is_closing():
        return True
    connection = transport.get_extra_info("socket")
    if connection is None or connection.fileno() < 0:
        return False
    looking = select.poll()
    looking.register(connection.fileno(), _HUNG_UP)
    return bool(looking.poll(0))


def stays_whole(request: web.BaseRequest) -> Callable[[], bool]:
    """Give what tells, later, whether the connection was not broken off since."""
    connection = request.protocol
    return lambda: not getattr(connection, "broken_off", False)
