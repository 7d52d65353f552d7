"""The way of one call: who calls, what they want, whether it was done before, then the handler and the answer."""

import hashlib
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from bot.api.downloads import downloaded
from bot.api.operations import AnyCall, AnyOperation, Call, Download
from bot.api.problems import Problem, ProblemKind
from bot.api.reading import body_model, form_model, query_model, read_body
from bot.api.releasing import Releases
from bot.api.tokens import Caller, Scope, TokenBook
from bot.api.uploads import read_upload
from channels.base import Clock
from storage.api_answers import ApiAnswers, KeptAnswer, Reservation, UnderWay
from storage.commit import Change, Committer
from storage.personal_data import Vault

KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_BEARER = re.compile(r"bearer +(\S+)", re.IGNORECASE)
_NOTHING = b"{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Answers the calls of all operations."""

    tokens: TokenBook
    answers: ApiAnswers
    releases: Releases
    committer: Committer
    vault: Vault
    clock: Clock

    async def caller(self, request: web.Request) -> Caller:
        """Whoever shows a token.

        Raises:
            Problem: UNAUTHORIZED.
        """
        shown = _BEARER.fullmatch(request.headers.get("Authorization", "").strip())
        caller = await self.tokens.caller(shown[1]) if shown else None
        if caller is None:
            detail = "令牌不对或已停用" if shown else "请带上 Authorization: Bearer <令牌>"
            challenge = 'Bearer realm="api"' + (', error="invalid_token"' if shown else "")
            raise Problem(ProblemKind.UNAUTHORIZED, detail, headers={"WWW-Authenticate": challenge})
        return caller

    async def answer(self, operation: AnyOperation, caller: Caller, request: web.Request) -> web.StreamResponse:
        """Answer one call of ``operation``.

        Raises:
            Problem: whatever the caller must be told.
            StorageError: the store failed.
        """
        if caller.units is not None and not operation.path.startswith("/cases"):
            raise Problem(ProblemKind.FORBIDDEN, "令牌只能看本单位的案件")
        if operation.writes and not caller.may(Scope.WRITE):
            raise Problem(ProblemKind.FORBIDDEN, "此令牌只能读取")
        query = query_model(operation.query, request)
        sent = await _read(operation, request)
        held = await self._held(operation, caller, request, sent.digest)
        if isinstance(held, KeptAnswer):
            return _json(held.body, held.status, {REPLAYED_HEADER: "true"})
        keeping = _Keeping(self.answers, held, operation.status)
        key = held.id if held else uuid.uuid4().hex
        path = dict(request.match_info)
        call = Call(
            caller=caller, path=path, query=query, body=sent.body, key=key, also=keeping.changes, file=sent.file
        )
        answer = await self._carried_out(operation, call, keeping, held)
        if isinstance(answer, Download):
            return await downloaded(answer, request)
        return _json(_text(answer), operation.status)

    async def _held(
        self, operation: AnyOperation, caller: Caller, request: web.Request, digest: str
    ) -> Reservation | KeptAnswer | None:
        """The right to carry the call out, or its answer of before; None: the call carries no key."""
        key = request.headers.get(KEY_HEADER)
        if key is None or not operation.writes:
            return None
        if not _KEY.fullmatch(key):
            raise Problem(ProblemKind.INVALID_FIELDS, f"{KEY_HEADER} 须为 1 至 255 个可见的 ASCII 字符")
        asked = self.vault.pseudonym("api request", request.method, request.path_qs, digest)
        try:
            held = await self.answers.reserve(
                self.vault.pseudonym("api key", caller.name, key), fingerprint=asked, now=self.clock()
            )
        except UnderWay as error:
            raise Problem(ProblemKind.IN_FLIGHT, error.sentence, headers={"Retry-After": "1"}) from None
        if isinstance(held, KeptAnswer) and held.fingerprint != asked:
            raise Problem(ProblemKind.KEY_REUSED, "同一个幂等键不能用于内容不同的请求，请换一个键")
        return held

    async def _carried_out(
        self, operation: AnyOperation, call: AnyCall, keeping: "_Keeping", held: Reservation | None
    ) -> BaseModel | Download:
        """The handler's answer; where it failed, the key is free again when the store is there."""
        try:
            answer = await operation.handler(call)
            if not keeping.kept and not isinstance(answer, Download):
                await self.committer.commit(keeping.changes(answer))
        except BaseException:
            if held:
                await self.releases.free(held)
            raise
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What a request carried. ``digest``: the same again where the request is repeated."""

    body: Any = field(repr=False)
    digest: str
    file: bytes = field(default=b"", repr=False)


async def _read(operation: AnyOperation, request: web.Request) -> _Read:
    if operation.file_limit:
        upload = await read_upload(request, limit=operation.file_limit)
        return _Read(body=form_model(operation.body, upload.words), digest=upload.digest(), file=upload.content)
    raw = await read_body(request)
    body = body_model(operation.body, raw or (_NOTHING if operation.takes_no_body else raw))
    return _Read(body=body, digest=hashlib.sha256(raw).hexdigest())


class _Keeping:
    """Keeps the answer of one call under its idempotency key, where it has one."""

    def __init__(self, answers: ApiAnswers, held: Reservation | None, status: int) -> None:
        self._answers = answers
        self._held = held
        self._status = status
        self.kept = held is None

    def changes(self, answer: BaseModel) -> Sequence[Change]:
        """The change that keeps ``answer``; it may be asked for again when a commit is tried again."""
        if self._held is None:
            return ()
        self.kept = True
        return [self._answers.keep(self._held, status=self._status, body=_text(answer))]


def _text(answer: BaseModel) -> str:
    return answer.model_dump_json()


def _json(text: str, status: int, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(text=text, status=status, content_type="application/json", headers=headers)
