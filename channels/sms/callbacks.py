"""Calls of gateways that sign nothing: a key in the address, compared in constant time, is all that proves them."""

import hmac
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from channels.base import WebhookRequest
from channels.errors import BadSignature
from channels.sms.settings import SmsSettings, plain_in_addresses


class KeyedSettings(SmsSettings):
    """``webhook_key``: what ``?key=`` of each callback must carry."""

    webhook_key: Annotated[SecretStr, AfterValidator(plain_in_addresses)]


def verify_key(query: Mapping[str, str], key: SecretStr) -> None:
    """Let pass only who knows the key.

    Raises:
        BadSignature: it is missing or another.
    """
    given = query.get("key", "").encode("utf-8", "surrogatepass")
    if not hmac.compare_digest(given, key.get_secret_value().encode()):
        raise BadSignature("no key, or another one")


def verify(request: WebhookRequest, settings: KeyedSettings) -> None:
    """As ``verify_key``, for a call as it arrived."""
    verify_key(request.query, settings.webhook_key)
