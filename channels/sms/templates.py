"""Approved templates in the place of free texts: which notice goes out by which, and what fills their variables."""

import re
from collections.abc import Mapping
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from channels.errors import PayloadRejected, WayShut
from channels.signs import whole_signs
from channels.sms.gateway import OutgoingText
from channels.sms.settings import spelled

WHOLE = frozenset({"number", "code"})
"""Facts that say something else when they are cut."""
MOST_VARIABLES = 20
_LONGEST_FACT = 2000
_EMPTY = "无"
_ELLIPSIS = "…"
# Providers take anything like an address of the web for one, and refuse the whole text for it.
_URL = re.compile(
    r"(?:https?://|www\.)[!-~]*"
    r"|(?<![!-~])[!-~]*[a-z0-9-]\.[a-z]{2}[!-~]*"
    r"|(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:[/:?#][!-~]*)?",
    re.IGNORECASE,
)
_ILLEGAL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_BRACKETS = str.maketrans("【】", "「」")

Fact = Annotated[str, spelled(r"[a-z][a-z_]{0,31}", "应为小写字母，如 number、state")]


def by_its_id(value: object) -> object:
    """A template given by its id alone has no variables."""
    return {"id": value} if isinstance(value, str | int) else value


class Template(BaseModel):
    """``limit``: the longest value of one variable, in characters, where it is not the provider's usual."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    id: Annotated[str, Field(min_length=1, max_length=64)]
    limit: Annotated[int | None, Field(ge=1, le=500)] = None


class NamedTemplate(Template):
    """``fields``: which fact (``Outbound.fields``) fills which variable."""

    fields: Annotated[Mapping[str, Fact], Field(max_length=MOST_VARIABLES)] = Field(default_factory=dict)


class NumberedTemplate(Template):
    """``fields``: the facts that fill {1}, {2} …"""

    id: Annotated[str, spelled(r"[0-9]{1,18}", "应为模板 ID，只有数字")]
    fields: Annotated[tuple[Fact, ...], Field(max_length=MOST_VARIABLES)] = ()


Known = TypeVar("Known", bound=Template)
NamedTemplates = Mapping[Fact, Annotated[NamedTemplate, BeforeValidator(by_its_id)]]
NumberedTemplates = Mapping[Fact, Annotated[NumberedTemplate, BeforeValidator(by_its_id)]]


def template_for(message: OutgoingText, templates: Mapping[str, Known]) -> Known:
    """The template by which ``message`` goes out.

    Raises:
        WayShut: there is none: words of our own cannot go out here.
    """
    template = templates.get(message.notice)
    if template is None:
        raise WayShut(f"no template for {message.notice or 'words of our own'}", provider_code="no_template")
    return template


def filled(fact: str, message: OutgoingText, *, limit: int) -> str:
    """What stands for ``fact`` in a variable of at most ``limit`` characters; never empty, never an address.

    The fact "text" is the message's own text, as far as it fits.

    Raises:
        PayloadRejected: it does not fit, and cut it would say something else.
    """
    given = {"text": message.body, **message.fields}.get(fact, "")[:_LONGEST_FACT]
    plain = " ".join(_URL.sub(" ", _ILLEGAL.sub(" ", given)).translate(_BRACKETS).split())
    if len(plain) <= limit:
        return plain or _EMPTY
    if fact in WHOLE:
        raise PayloadRejected(f"{fact} is longer than a variable", provider_code="variable_too_long")
    kept = plain[: whole_signs(plain, limit - 1)]
    return f"{kept.rstrip()}{_ELLIPSIS}"
