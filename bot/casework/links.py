"""The link to the resident's page of a case: it opens one case, ends, and can be taken back.

The token says which case and until when, and carries a keyed digest of that and of the case's count of links taken
back. Nothing of it is kept: who has the store's keys can make it, and nobody else.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from storage.cases import Case
from storage.personal_data import Vault

LASTS = timedelta(days=90)
"""60 days to close a case and 30 to ask for a review of the answer (信访工作条例 2022 §34, §35)."""
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_TOKEN = re.compile(r"([A-Z]{1,6}[0-9]{12})-([0-9]{1,5})-([a-z2-7]{26})")
_KIND = "link to a case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a token says of itself; ``CaseLinks.holds`` tells whether it is true."""

    number: str
    days: int
    digest: str

    @property
    def ends_at(self) -> datetime:
        return _EPOCH + timedelta(days=self.days)


class CaseLinks:
    """Makes and checks links. ``base_url``: where residents reach us; "" makes none."""

    def __init__(self, *, vault: Vault, base_url: str) -> None:
        self._vault = vault
        self._base_url = base_url

    def address(self, case: Case, now: datetime) -> str:
        """Give the link to the page of ``case``, good for LASTS; "" where nobody outside could open it."""
        return f"{self._base_url}/r/{self.token(case, now)}" if self._base_url and not case.accusation else ""

    def token(self, case: Case, now: datetime) -> str:
        days = (now + LASTS - _EPOCH).days
        return f"{case.number}-{days}-{self._digest(case, days)}"

    def holds(self, claim: Claim, case: Case, now: datetime) -> bool:
        """Whether ``claim`` is one of ours for ``case``, has not ended and was not taken back."""
        return hmac.compare_digest(claim.digest, self._digest(case, claim.days)) and now < claim.ends_at

    def _digest(self, case: Case, days: int) -> str:
        return self._vault.pseudonym(_KIND, case.number, str(days), str(case.links_taken_back))


def read_token(text: str) -> Claim | None:
    """What a token claims; None for what is none."""
    found = _TOKEN.fullmatch(text)
    return None if found is None else Claim(number=found[1], days=int(found[2]), digest=found[3])
