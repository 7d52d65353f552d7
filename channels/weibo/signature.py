"""Who calls, and when: SHA-1 over the sorted app secret, timestamp (milliseconds) and nonce."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from channels.errors import BadSignature, Stale

_MILLISECONDS = 13
_SECONDS = 10


def sign(*parts: str) -> str:
    """Lower-case hex SHA-1 over the sorted, joined parts."""
    # surrogatepass: a hostile query must end in a wrong signature, not in an encoding error
    encoded = sorted(part.encode("utf-8", "surrogatepass") for part in parts)
    return hashlib.sha1(b"".join(encoded)).hexdigest()  # noqa: S324 - the platform's protocol


def verify_query(query: Mapping[str, str], app_secret: str) -> None:
    """The three signed parameters that every call of the platform carries, compared in constant time.

    Raises:
        BadSignature
    """
    expected = sign(app_secret, query.get("timestamp", ""), query.get("nonce", ""))
    given = query.get("signature", "").encode("utf-8", "surrogatepass")
    if not hmac.compare_digest(given, expected.encode()):
        raise BadSignature


def verify_freshness(query: Mapping[str, str], *, now: datetime, max_skew: float) -> None:
    """Refuse a call whose signed time lies more than ``max_skew`` seconds from ours.

    Ten digits are taken for seconds, as relays send them. A replay within the window is a duplicate message and
    changes nothing.

    Raises:
        Stale
    """
    digits = query.get("timestamp", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) in {_SECONDS, _MILLISECONDS}):
        raise Stale("the timestamp is no number of milliseconds")
    seconds = int(digits) / (1000 if len(digits) == _MILLISECONDS else 1)
    if abs(now.timestamp() - seconds) > max_skew:
        raise Stale
