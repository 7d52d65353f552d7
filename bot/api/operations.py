"""One thing the API does: its address, its shapes, its handler. Router and OpenAPI page are made from these."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from bot.api.problems import Problem, ProblemKind
from bot.api.shapes import Body, Query
from bot.api.tokens import Caller, Scope
from storage.commit import Change

READ = "GET"

Q = TypeVar("Q", bound=Query)
B = TypeVar("B", bound=Body)


class NoQuery(Query):
    """No query string is taken."""


class NoBody(Body):
    """No body is taken; an empty object is let pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[Q, B]):
    """One call, verified and narrowed.

    ``also`` gives the changes that keep an answer for its idempotency key; a handler puts them into its own
    commit, so that the effect and the answer to a repeat are kept together.
    """

    caller: Caller
    path: Mapping[str, str]
    query: Q = field(repr=False)
    body: B = field(repr=False)
    also: Callable[[BaseModel], Sequence[Change]]
    key: str
    """Our own name for this call: the same again where it repeats one with the same idempotency key."""
    file: bytes = field(default=b"", repr=False)
    """What was sent, where the operation takes a file."""

    def require(self, scope: Scope) -> None:
        """Pass only callers with ``scope``.

        Raises:
            Problem: FORBIDDEN.
        """
        if not self.caller.may(scope):
            raise Problem(ProblemKind.FORBIDDEN, f"令牌缺少权限：{scope}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file as an answer, piece by piece. ``name`` is ASCII, without quotes; ``size`` in bytes.

    ``inline``: it may be shown at once; only for pictures that staff gave.
    """

    name: str
    type: str
    size: int
    pieces: AsyncIterator[bytes] = field(repr=False)
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[Q, B]):
    """``path`` is below ``/v1``. ``problems`` are those beyond what any call may meet.

    ``answer`` None: the handler gives a ``Download``; only a reading operation may. ``file_limit``: takes a file of so
    many bytes, with ``body`` as the other fields of its form; 0: takes JSON.
    """

    id: str
    method: str
    path: str
    tag: str
    summary: str
    query: type[Q]
    body: type[B]
    answer: type[BaseModel] | None
    handler: Callable[[Call[Q, B]], Awaitable[BaseModel | Download]]
    status: int = 200
    problems: tuple[ProblemKind, ...] = ()
    file_limit: int = 0

    @property
    def writes(self) -> bool:
        return self.method != READ

    @property
    def takes_no_body(self) -> bool:
        return self.body is NoBody


AnyOperation = Operation[Any, Any]
AnyCall = Call[Any, Any]
