"""What was searched for, kept out of addresses: a browser's history and a proxy's log keep those for long.

A phone or the number of a document goes to the list sealed for one member, for a day of work; everything else stays
readable, so that an address can be kept and given to a colleague.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

from bot import masking
from bot.access.signing_in import LONGEST_SESSION
from bot.console.cases.filters import Wanted, wanted_of
from bot.console.routes import Call
from channels.base import Clock
from storage.errors import NewerKey, Unreadable
from storage.numbers import normalise
from storage.personal_data import Vault

SEALED = "s"
_DIGITS = 5
"""So many are no number of a house: they may be a part of a phone."""
_LONGEST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a call asks for. ``over``: its search was sealed too long ago, or for somebody else."""

    wanted: Wanted
    over: bool = False


def tells_of_a_person(words: str) -> bool:
    """Whether ``words`` may be a phone, or the number of a document, or hold one."""
    if normalise(words) is not None:
        return False
    return sum(map(str.isdigit, words)) >= _DIGITS or masking.text(words) != words


class Searches:
    """Seals and opens searches: nothing of them is stored."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    def asked(self, call: Call, fields: Mapping[str, str]) -> Asked:
        """Read the fields of an address."""
        wanted, sealed = wanted_of(fields), fields.get(SEALED, "")
        if not sealed:
            return Asked(wanted=wanted)
        words = self._opened(sealed, call.viewer.member.id)
        return Asked(wanted=replace(wanted, q=words), over=not words)

    def query(self, call: Call, wanted: Wanted, **further: str) -> str:
        """The query of an address that asks for ``wanted``."""
        fields = wanted.fields()
        if tells_of_a_person(wanted.q):
            fields[SEALED] = self._sealed(fields.pop("q"), call.viewer.member.id)
        return urlencode(fields | further)

    def back(self, call: Call, path: str, query: str) -> str:
        """The list at ``path`` that somebody acted on, as narrowed as it was."""
        again = self.query(call, self.asked(call, dict(parse_qsl(query))).wanted)
        return f"{path}?{again}" if again else path

    def _sealed(self, words: str, member: str) -> str:
        kept = {"q": words, "at": self._clock().timestamp()}
        return base64.urlsafe_b64encode(self._vault.seal_json(kept, _place(member))).decode().rstrip("=")

    def _opened(self, text: str, member: str) -> str:
        """The words; "" where they are not, or no more, this member's to see."""
        try:
            content = base64.urlsafe_b64decode(text[:_LONGEST] + "=" * (-len(text) % 4))
            kept = self._vault.open_json(content, _place(member))
        except (binascii.Error, ValueError, Unreadable, NewerKey):
            return ""
        made_at = datetime.fromtimestamp(kept["at"], UTC)
        return str(kept["q"]) if self._clock() - made_at <= LONGEST_SESSION else ""


def _place(member: str) -> str:
    return f"console/search/{member}"
