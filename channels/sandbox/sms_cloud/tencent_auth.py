"""Whether a call is signed as Tencent Cloud asks for (TC3-HMAC-SHA256) and fresh."""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

from aiohttp import web

from channels.sandbox.sms_cloud.errors import Refused

_HEADER = re.compile(
    r"TC3-HMAC-SHA256 Credential=([^/,]+)/(\d{4}-\d\d-\d\d)/sms/tc3_request, ?"
    r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})"
)
_SKEW = timedelta(minutes=5)


def check_call(request: web.Request, body: bytes, *, key_id: str, secret: str, now: datetime) -> None:
    """Let pass what is signed rightly.

    Raises:
        Refused: with the code that Tencent Cloud would answer.
    """
    found = _HEADER.fullmatch(request.headers.get("Authorization", ""))
    if found is None:
        raise Refused("AuthFailure.InvalidAuthorization")
    who, day, names, signature = found.groups()
    stamp = request.headers.get("X-TC-Timestamp", "")
    at = datetime.fromtimestamp(int(stamp), UTC) if re.fullmatch(r"\d{10}", stamp) else None
    if at is None or abs(now - at) > _SKEW or at.strftime("%Y-%m-%d") != day:
        raise Refused("AuthFailure.SignatureExpire")
    if who != key_id:
        raise Refused("AuthFailure.SecretIdNotFound")
    signed = _to_sign(request, body, names.split(";"), day, stamp)
    key = f"TC3{secret}".encode()
    for step in (day, "sms", "tc3_request", signed):
        key = hmac.digest(key, step.encode(), "sha256")
    if not hmac.compare_digest(key.hex(), signature):
        raise Refused("AuthFailure.SignatureFailure")


def _to_sign(request: web.Request, body: bytes, names: list[str], day: str, stamp: str) -> str:
    if not {"content-type", "host"} <= set(names):
        raise Refused("AuthFailure.SignatureFailure")
    lines = "".join(f"{name}:{request.headers.get(name, '').strip().lower()}\n" for name in sorted(names))
    parts = (request.method, "/", "", lines, ";".join(sorted(names)), hashlib.sha256(body).hexdigest())
    hashed = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"TC3-HMAC-SHA256\n{stamp}\n{day}/sms/tc3_request\n{hashed}"
