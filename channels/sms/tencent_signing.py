"""Tencent Cloud's signature of a call (TC3-HMAC-SHA256), as its documentation writes it down."""

import hashlib
import hmac
from datetime import UTC, datetime

ALGORITHM = "TC3-HMAC-SHA256"
SERVICE = "sms"
_SIGNED = "content-type;host"


def authorization(
    *, key_id: str, secret: str, host: str, content_type: str, body: bytes, at: datetime, path: str = "/"
) -> str:
    """The header of this name for a POST of ``body`` to ``host`` at the moment ``at``."""
    headers = f"content-type:{content_type.lower()}\nhost:{host.lower()}\n"
    canonical = "\n".join(("POST", path, "", headers, _SIGNED, hashlib.sha256(body).hexdigest()))
    seconds, day = int(at.timestamp()), at.astimezone(UTC).strftime("%Y-%m-%d")
    scope = f"{day}/{SERVICE}/tc3_request"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    signature = _by(_key(secret, day), f"{ALGORITHM}\n{seconds}\n{scope}\n{hashed}").hex()
    return f"{ALGORITHM} Credential={key_id}/{scope}, SignedHeaders={_SIGNED}, Signature={signature}"


def _key(secret: str, day: str) -> bytes:
    return _by(_by(_by(f"TC3{secret}".encode(), day), SERVICE), "tc3_request")


def _by(key: bytes, words: str) -> bytes:
    return hmac.new(key, words.encode(), hashlib.sha256).digest()
