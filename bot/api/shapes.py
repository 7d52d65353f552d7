"""What all bodies, queries and answers share. The checking and the OpenAPI page are made from these models."""

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

LIMIT_DEFAULT = 50
LIMIT_MAX = 200

T = TypeVar("T")


class Body(BaseModel):
    """Something sent to us: exact types, no unknown fields."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(BaseModel):
    """The query string: text is read as what it should be; no unknown names."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """Something we say. Every field is always there."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True, json_schema_serialization_defaults_required=True)


class Item(Answer):
    """A thing with a name of its own."""

    id: str


class Paged(Query):
    """One page of a list."""

    limit: int = Field(default=LIMIT_DEFAULT, ge=1, le=LIMIT_MAX, description="这一页最多几条")
    cursor: str | None = Field(default=None, max_length=500, description="上一页给出的 next_cursor，原样带回")


class Page(Answer, Generic[T]):
    """A page: ``next_cursor`` is null on the last one."""

    items: Sequence[T]
    next_cursor: str | None = None


class Wrong(ValueError):
    """A rule between fields is broken; ``field`` is the one to mend."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def _clean(text: str) -> str:
    plain = text.replace("\r\n", "\n")
    if any(ord(char) < ord(" ") and char not in "\n\t" for char in plain):
        raise ValueError("含有控制字符")
    return plain


Text = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_clean)]
"""Words: without control characters, edge white space removed."""
