"""Numbers that tell who somebody is, hidden in a text that is shown: telephones, identity numbers, bank cards."""

import re

from dialogs.nlu.identity import mask_id_number
from dialogs.nlu.phones import find_phones, mask_phone

_LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d(?:[ -]?\d){12,18}[Xx]?(?![0-9A-Za-z])")


def masked(text: str) -> str:
    """The text with every telephone number, and every number of 13 to 19 digits, shortened to its ends."""
    text = _LONG_NUMBER.sub(lambda found: mask_id_number(re.sub(r"[ -]", "", found.group())), text)
    for phone in reversed(find_phones(text)):
        text = text[: phone.start] + mask_phone(phone.value) + text[phone.end :]
    return text
