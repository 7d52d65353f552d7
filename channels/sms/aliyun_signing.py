"""Aliyun's signature of a call (V3, ACS3-HMAC-SHA256), as its documentation writes it down."""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


def canonical_query(query: Mapping[str, str]) -> str:
    """``query`` in the one order and encoding that is signed."""
    return "&".join(f"{_encoded(name)}={_encoded(query[name])}" for name in sorted(query))


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")


def body_hash(body: bytes) -> str:
    """What ``x-acs-content-sha256`` says."""
    return hashlib.sha256(body).hexdigest()


def authorization(
    *, key_id: str, secret: str, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]
) -> str:
    """The header of this name. All of ``headers`` are signed; their names are lower case.

    Among them must be ``host`` and ``x-acs-content-sha256``.
    """
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    canonical = "\n".join((method, path or "/", canonical_query(query), lines, names, headers["x-acs-content-sha256"]))
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    signature = hmac.new(secret.encode(), f"{ALGORITHM}\n{hashed}".encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"
