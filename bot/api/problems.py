"""What the API answers when it cannot do what was asked: RFC 9457 problem details, a kind for each cause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Any

from aiohttp import web

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One thing wrong with one field; ``field`` is its path from the body's root ("place.latitude")."""

    field: str
    message: str


class ProblemKind(Enum):
    """Each kind: its stable name (an anchor in /api/docs), its status, its title."""

    BAD_JSON = ("bad-json", 400, "请求正文不是有效的 JSON")
    UNAUTHORIZED = ("unauthorized", 401, "需要有效的访问令牌")
    FORBIDDEN = ("forbidden", 403, "此令牌无权进行这一操作")
    NOT_FOUND = ("not-found", 404, "没有找到")
    WRONG_METHOD = ("wrong-method", 405, "此地址不支持这种方法")
    ILLEGAL_MOVE = ("illegal-move", 409, "当前状态不能这样流转")
    CONFLICT = ("conflict", 409, "内容刚被他人更改")
    IN_FLIGHT = ("in-flight", 409, "同一请求正在处理")
    TOO_LARGE = ("too-large", 413, "请求正文太大")
    INVALID_FIELDS = ("invalid-fields", 422, "字段有误")
    KEY_REUSED = ("key-reused", 422, "幂等键已用于另一个请求")
    FAILED = ("failed", 500, "服务内部出错")
    AWAY = ("away", 503, "服务暂时不可用")

    def __init__(self, slug: str, status: int, title: str) -> None:
        self.slug = slug
        self.status = status
        self.title = title

    @property
    def type(self) -> str:
        """The problem's ``type``: a reference that opens the page which explains it."""
        return f"/api/docs#{self.slug}"


class Problem(Exception):
    """Raised anywhere below the API; the middleware answers it.

    ``extra`` are further members of the answer (``lawful``); ``detail`` is Chinese, without personal data.
    """

    def __init__(
        self,
        kind: ProblemKind,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind.slug)
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.extra = extra or {}
        self.headers = headers or {}

    def response(self) -> web.Response:
        body: dict[str, Any] = {
            "type": self.kind.type,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            **self.extra,
        }
        if self.errors:
            body["errors"] = [{"field": error.field, "message": error.message} for error in self.errors]
        return web.json_response(body, status=self.kind.status, headers=dict(self.headers), content_type=CONTENT_TYPE)


def invalid(*errors: FieldError) -> Problem:
    """Fields that cannot be taken, each named in the sentence as well."""
    named = "；".join(f"{error.field}：{error.message}" if error.field else error.message for error in errors)
    return Problem(ProblemKind.INVALID_FIELDS, named, errors=errors)


def invalid_field(field: str, message: str) -> Problem:
    return invalid(FieldError(field=field, message=message))


def not_found(what: str) -> Problem:
    return Problem(ProblemKind.NOT_FOUND, what)


def of_http_error(error: web.HTTPException) -> Problem:
    """What aiohttp's router says, in our form."""
    if error.status == HTTPStatus.NOT_FOUND:
        return not_found("没有这个接口地址")
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return Problem(ProblemKind.WRONG_METHOD, f"可用的方法：{allowed}", headers={"Allow": allowed})
    if error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Problem(ProblemKind.TOO_LARGE, "请求正文超过上限")
    return Problem(ProblemKind.FAILED, error.reason)
