"""What the pages of the cases work with."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.casework.proposals import Proposals
from bot.casework.service import Casework
from bot.casework.staffwork import StaffWork
from bot.media.fetching import Limits
from channels.base import Clock
from storage.store import Store

LONGEST = 5_000
"""Characters of what is written in one field of a case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseParts:
    """What the pages of the cases work with. ``categories``: those that may be chosen, two levels as "a/b".

    ``proposals``: what approved answers may fit a case; None where there are none. ``limits``: how large files may
    be that staff put to a case; None: they put none.
    """

    store: Store
    casework: Casework
    staffwork: StaffWork
    clock: Clock
    categories: Sequence[str]
    proposals: Proposals | None = None
    limits: Limits | None = None
