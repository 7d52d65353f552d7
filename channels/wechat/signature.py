"""Who sent it, and when: the platform's signature over token, timestamp and nonce (protocol: SHA-1 of the sorted)."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from channels.errors import BadSignature, Stale


def sign(*parts: str) -> str:
    """Lower-case hex SHA-1 over the sorted, joined parts."""
    # surrogatepass: a hostile query must end in a wrong signature, not in an encoding error
    encoded = sorted([part.encode("utf-8", "surrogatepass") for part in parts])
    return hashlib.sha1(b"".join(encoded)).hexdigest()  # noqa: S324 - the platform's protocol


def verify(given: str, *parts: str) -> None:
    """Compare in constant time.

    Raises:
        BadSignature
    """
    # bytes, because compare_digest raises TypeError for text beyond ASCII
    if not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), sign(*parts).encode()):
        raise BadSignature


def verify_query(query: Mapping[str, str], token: str) -> None:
    """The three signed parameters that every call of the platform carries.

    Raises:
        BadSignature
    """
    verify(query.get("signature", ""), token, query.get("timestamp", ""), query.get("nonce", ""))


def verify_freshness(query: Mapping[str, str], *, now: datetime, max_skew: float) -> None:
    """Refuse a call whose signed time lies more than ``max_skew`` seconds from ours.

    A nonce seen before is not refused: whether the platform's own repeats reuse it is not known. A replay within
    the window is a duplicate message and changes nothing.

    Raises:
        Stale
    """
    timestamp = query.get("timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):  # noqa: PLR2004 - beyond any time
        raise Stale("the timestamp is no number of seconds")
    if abs(now.timestamp() - int(timestamp)) > max_skew:
        raise Stale
