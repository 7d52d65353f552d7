"""Keeping us from talking with machines: what texts us may answer each text of ours, for ever.

Nothing is kept from the dialog, so that nobody's words are lost; only our answer is.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import phonenumbers

from channels.messages import Address
from channels.sms.numbers import is_mainland_mobile
from storage.records import Conversation

ONCE_IN = timedelta(hours=24)
"""How often a sender that is no mobile phone is answered."""
ANSWERED_IN_A_ROW = 3
"""So many texts that look like a machine's are answered, each other than the last; then none until a person writes."""
_RUN = "#"
_MOBILE = frozenset({phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE})
_BY_A_MACHINE = re.compile(
    r"^\s*[【\[][^】\]]{1,30}[】\]]|[【\[][^】\]]{1,30}[】\]]\s*$|自动(?:回复|应答)|请勿(?:直接)?回复|验证码|退订|拒收|"
    r"auto(?:matic)?[ -]?(?:reply|response)|out of office|(?:do not|no)[ -]?reply",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """``silent``: nothing is answered. ``answered_at`` and ``machine_text`` are for the conversation, None: as is."""

    silent: bool = False
    answered_at: datetime | None = None
    machine_text: str | None = None


def caution(conversation: Conversation, text: str, digest: str, *, now: datetime) -> Caution:
    """Whether the text message ``text`` is answered. ``digest`` stands for it, so that the same again is known."""
    machine = bool(_BY_A_MACHINE.search(text))
    last, run = _read(conversation.machine_text)
    run = run + 1 if machine else 0
    repeated = machine and (digest == last or run > ANSWERED_IN_A_ROW)
    remembered = f"{digest}{_RUN}{min(run, ANSWERED_IN_A_ROW + 1)}" if machine else ""
    told = None if remembered == conversation.machine_text else remembered
    if is_mobile(conversation.address):
        return Caution(silent=repeated, machine_text=told)
    lately = conversation.answered_at is not None and now - conversation.answered_at < ONCE_IN
    silent = repeated or lately
    return Caution(silent=silent, machine_text=told, answered_at=None if silent else now)


def _read(remembered: str) -> tuple[str, int]:
    """What was remembered of a machine: its last text, and how many came in a row."""
    digest, _, run = remembered.partition(_RUN)
    return digest, int(run) if run else int(bool(digest))


def is_mobile(address: Address) -> bool:
    """Whether a phone that somebody carries sent it: no landline, no short code, no name."""
    number = address.sender
    if is_mainland_mobile(number):
        return True
    try:
        parsed = phonenumbers.parse(f"+{number.removeprefix('00')}")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(parsed) and phonenumbers.number_type(parsed) in _MOBILE
