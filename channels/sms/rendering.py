"""The text of one message as a phone shows it: nothing but words, and never longer than carriers take."""

import re

from channels.messages import Outbound
from channels.signs import whole_signs
from channels.sms.text import room, segments, signed, utf16_units

MOST_MESSAGES = 10
"""What Kannel's ``max-messages`` and carriers let pass of one text; what is beyond would be cut off unseen."""
_ELLIPSIS = "……"
_LESS = 8
# Control characters, and halves of surrogate pairs, which no gateway can write.
_ILLEGAL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def rendered(message: Outbound, *, sign: str) -> str:
    """The whole text without the signature; empty where there is nothing to say.

    A choice to tap does not exist here: the prose says what to answer.
    """
    text = _ILLEGAL.sub("", message.text.replace("\r\n", "\n").replace("\t", " ")).strip()
    link = message.url if message.url and message.url not in text else ""
    tail = f"\n详情：{link}" if link else ""
    whole, units = (text + tail).strip(), room(sign, messages=MOST_MESSAGES) - utf16_units(tail + _ELLIPSIS)
    while segments(signed(whole, sign)) > MOST_MESSAGES:
        # Parts that end early, before a sign of several units, make it longer than its units say: a little less, then.
        whole, units = _first(text, units) + _ELLIPSIS + tail, units - _LESS
    return whole


def _first(text: str, units: int) -> str:
    kept = text.encode("utf-16-be")[: 2 * units].decode("utf-16-be", "ignore")
    return kept[: whole_signs(text, len(kept))].rstrip()
