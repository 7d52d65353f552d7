"""What a backup says of itself: nothing of what it holds, but how much, of which shape and under which keys."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

FORMAT = 1
MANIFEST, SEAL = "manifest.json", "manifest.seal"
SEAL_PLACE = b"backup/manifest"
"""Ties the seal to what it is for."""
_FOLDER, _ENDING = "collections/", ".bson"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFacts:
    """One collection: its documents, one BSON document after another; ``sha256`` in hexadecimal."""

    collection: str
    documents: int
    bytes: int
    sha256: str

    @property
    def name(self) -> str:
        """Where it lies in the file."""
        return name_of(self.collection)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """``schema``: the store's version; ``master_key``: the fingerprint of the key that opens ``keysets``."""

    program: str
    made_at: datetime
    schema: int
    master_key: str
    keysets: Mapping[str, int]
    parts: Sequence[PartFacts]
    format: int = FORMAT

    @property
    def documents(self) -> int:
        return sum(part.documents for part in self.parts)

    @property
    def size(self) -> int:
        """Bytes of all documents, before they were compressed."""
        return sum(part.bytes for part in self.parts)

    def as_json(self) -> bytes:
        told = {**asdict(self), "made_at": self.made_at.isoformat()}
        return json.dumps(told, indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Read one.

        Raises:
            ValueError, TypeError, KeyError: it is none.
        """
        told: dict[str, Any] = json.loads(content)
        told["made_at"] = datetime.fromisoformat(told["made_at"])
        told["parts"] = tuple(PartFacts(**part) for part in told["parts"])
        return cls(**told)


def name_of(collection: str) -> str:
    """Where a collection's documents lie in the file."""
    return f"{_FOLDER}{collection}{_ENDING}"


def format_of(content: bytes) -> int:
    """The version of the file's form, which a newer program may have raised.

    Raises:
        ValueError, TypeError, KeyError: it is no manifest.
    """
    return int(json.loads(content)["format"])
