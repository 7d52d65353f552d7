"""One-time codes of an authenticator app (TOTP, RFC 6238): six digits, thirty seconds, each used once."""

import io
import re
from datetime import datetime

import pyotp
import segno

_STEP_SECONDS = 30
_DRIFT = (0, -1, 1)
"""Steps that a phone's clock may be off by."""
_SECRET = re.compile("[A-Z2-7]{32}")


def new_secret() -> str:
    return pyotp.random_base32()


def is_secret(text: str) -> bool:
    """Whether ``text`` may be a secret of ours."""
    return _SECRET.fullmatch(text) is not None


def matching_step(secret: str, code: str, *, at: datetime, used: int) -> int | None:
    """Give the time step that ``code`` belongs to; None where it does not fit, or was used up before (``used``)."""
    typed = "".join(code.split())
    if not is_secret(secret):
        return None
    now = int(at.timestamp()) // _STEP_SECONDS
    totp = pyotp.TOTP(secret)
    fitting = (now + drift for drift in _DRIFT if totp.verify(typed, for_time=(now + drift) * _STEP_SECONDS))
    return next((step for step in fitting if step > used), None)


def picture(secret: str, *, login: str, office: str) -> bytes:
    """Give the QR code to scan with the app, as SVG."""
    address = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=office)
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=5, border=3)
    return out.getvalue()
