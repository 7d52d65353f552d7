"""Who calls: bearer tokens, compared in constant time, kept only as digests."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Scope(StrEnum):
    """What a token may do besides reading masked lists."""

    WRITE = "write"
    PERSONAL = "personal"
    ACCUSATIONS = "accusations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A person or system that calls; ``name`` stands in timelines and audit lines.

    ``units``: it knows of cases at these alone, and of nothing but cases; None: of everything.
    """

    name: str
    scopes: frozenset[Scope] = field(default_factory=frozenset)
    units: frozenset[str] | None = None

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes


class TokenBook(Protocol):
    """Tells whose a token is."""

    async def caller(self, token: str) -> Caller | None: ...


class SettingsTokens:
    """The tokens of ``[api] tokens``: each name a person of its own, with every scope."""

    def __init__(self, tokens: Mapping[str, str]) -> None:
        self._digests = {name: _digest(secret) for name, secret in tokens.items() if secret}

    async def caller(self, token: str) -> Caller | None:
        """Every token is compared, so that the time taken tells nothing of which one nearly fitted."""
        asked = _digest(token)
        found = [name for name, digest in self._digests.items() if secrets.compare_digest(digest, asked)]
        return Caller(name=found[0], scopes=frozenset(Scope)) if found else None


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()
