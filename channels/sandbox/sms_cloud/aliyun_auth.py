"""Whether a call is signed as Aliyun's V3 asks for (ACS3-HMAC-SHA256), fresh, and made for the first time."""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

from aiohttp import web

from channels.sandbox.sms_cloud.errors import Refused
from channels.sandbox.sms_cloud.ledger import Nonces

_HEADER = re.compile(r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})")
_SKEW = timedelta(minutes=15)
_FORBIDDEN, _NOT_FOUND = 403, 404


def check_call(request: web.Request, body: bytes, *, key_id: str, secret: str, now: datetime, nonces: Nonces) -> None:
    """Let pass what is signed rightly.

    Raises:
        Refused: with the code that Aliyun would answer.
    """
    found = _HEADER.fullmatch(request.headers.get("Authorization", ""))
    if found is None:
        raise Refused("IncompleteSignature", status=_FORBIDDEN)
    who, names, signature = found[1], found[2].split(";"), found[3]
    if who != key_id:
        raise Refused("InvalidAccessKeyId.NotFound", "Specified access key is not found.", status=_NOT_FOUND)
    _check_time(request.headers.get("x-acs-date", ""), now)
    expected = hmac.new(secret.encode(), _to_sign(request, body, names).encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, signature):
        raise Refused("SignatureDoesNotMatch", "Specified signature is not matched with our calculation.")
    nonce = request.headers.get("x-acs-signature-nonce", "")
    if not nonce or not nonces.is_new(nonce, now):
        raise Refused("SignatureNonceUsed", "Specified signature nonce was used already.")


def _check_time(given: str, now: datetime) -> None:
    try:
        at = datetime.strptime(given, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Refused("InvalidTimeStamp.Format") from None
    if abs(now - at) > _SKEW:
        raise Refused("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")


def _to_sign(request: web.Request, body: bytes, names: list[str]) -> str:
    must = {name.lower() for name in request.headers if name.lower().startswith("x-acs-")} | {"host"}
    digest = hashlib.sha256(body).hexdigest()
    if not must <= set(names) or names != sorted(names) or request.headers.get("x-acs-content-sha256") != digest:
        raise Refused("SignatureDoesNotMatch", "Not all that must be signed is signed.")
    pairs = sorted(parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True))
    query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)
    lines = "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in names)
    canonical = "\n".join((request.method, request.path, query, lines, ";".join(names), digest))
    return f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
