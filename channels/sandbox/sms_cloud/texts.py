"""What both clouds look at in a text before they take it."""

import re

from channels.sandbox.sms_cloud.settings import CloudTemplate

_LINK = re.compile(r"https?:|www\.|[a-z0-9-]+\.(?:com|cn|net|org|gov|top)\b|\d+\.\d+\.\d+\.\d+", re.IGNORECASE)
MOST_CHARACTERS = 500
_ALONE, _IN_EACH = 70, 67


def holds_link(value: str) -> bool:
    return bool(_LINK.search(value))


def whole_text(sign: str, template: CloudTemplate, values: dict[str, str]) -> str:
    """As the phone shows it."""
    return f"【{sign}】{template.filled(values)}"


def charged(text: str) -> int:
    """How many messages are paid for."""
    units = len(text.encode("utf-16-le")) // 2
    return 1 if units <= _ALONE else -(-units // _IN_EACH)
