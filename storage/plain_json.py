"""JSON as it is kept: compact, in UTF-8. Every turn reads and writes a state of some kB, so it goes through orjson."""

from typing import Any

import orjson

_STRICT = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
"""What the standard library would refuse is refused: whoever keeps a date says how it is written."""


def to_json(value: Any) -> bytes:
    """``value`` as JSON.

    Raises:
        TypeError: it holds what has no form in JSON, a key that is no text, or half a character.
    """
    return orjson.dumps(value, option=_STRICT)


def from_json(content: bytes | str) -> Any:
    """What ``to_json`` wrote, or anybody else.

    Raises:
        ValueError: it is no JSON.
    """
    return orjson.loads(content)
