"""The receipt of a case taken down at the counter: its address holds number and query code, sealed, for a day.

The query code is kept as a digest alone, so the page that shows it once more (a reload, the printer) has it from its
address; that is good for the member who took the case down, and for nobody else.
"""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from channels.base import Clock
from storage.errors import NewerKey, Unreadable
from storage.personal_data import Vault

GOOD_FOR = timedelta(days=1)
_LONGEST = 2_000
_CODES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """``texted``: the masked number that is told of the progress, "" where nobody is."""

    number: str
    code: str = field(repr=False)
    texted: str = ""


class Receipts:
    """Seals and opens them."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    def code(self, key: str) -> str:
        """The query code of the form ``key``: always the same, so that a form sent twice knows it again."""
        digest = self._vault.hash_code(key, "console/counter")
        return f"{int.from_bytes(digest[:8], 'big') % _CODES:06d}"

    def sealed(self, receipt: Receipt, member: str) -> str:
        kept = {
            "number": receipt.number,
            "code": receipt.code,
            "texted": receipt.texted,
            "at": self._clock().timestamp(),
        }
        return base64.urlsafe_b64encode(self._vault.seal_json(kept, _place(member))).decode().rstrip("=")

    def opened(self, text: str, member: str) -> Receipt | None:
        """None: it is not, or no more, this member's to see."""
        try:
            content = base64.urlsafe_b64decode(text[:_LONGEST] + "=" * (-len(text) % 4))
            kept = self._vault.open_json(content, _place(member))
        except (binascii.Error, ValueError, Unreadable, NewerKey):
            return None
        if self._clock() - datetime.fromtimestamp(kept.pop("at"), UTC) > GOOD_FOR:
            return None
        return Receipt(**kept)


def _place(member: str) -> str:
    return f"console/receipt/{member}"
