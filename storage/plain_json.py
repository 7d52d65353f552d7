"""JSON as it is kept: compact, in UTF-8. Every turn reads and writes a state of some kB, so it goes through orjson."""

import json
from typing import Any, NoReturn

import orjson

_STRICT = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
"""What the standard library would refuse is refused: whoever keeps a date says how it is written."""
_DIGITS = bytes.maketrans(b"0123456789", b"0" * 10)
_LONG = b"0" * 19
"""So many digits has the smallest number that needs more than 63 bits."""


def to_json(value: Any) -> bytes:
    """``value`` as JSON.

    Raises:
        TypeError: it holds what has no form in JSON, a key that is no text, half a character, or an integer of more
            than 64 bits.
    """
    return orjson.dumps(value, option=_STRICT)


def from_json(content: bytes | str) -> Any:
    """What ``to_json`` wrote, or anybody else: half a character too, which waits for its other half in the next part.

    Integers of any length keep each digit; of those beyond 64 bits orjson makes floats.

    Raises:
        ValueError: it is no JSON.
    """
    written = content if isinstance(content, bytes) else content.encode(errors="surrogatepass")
    if _LONG in written.translate(_DIGITS):
        return json.loads(content, parse_constant=_refuse)
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return json.loads(content, parse_constant=_refuse)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
