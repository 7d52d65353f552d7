"""Cases that may be what somebody brings to the counter: theirs, or of the same matter in the same place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bot import masking
from bot.casework.similar import likeness
from bot.console.cases.reach import reaches, within_reach
from bot.console.routes import Viewer
from channels.base import Clock
from storage.case_search import pairs_of
from storage.cases import Case, CaseFilter
from storage.store import Store

_SHOWN = 4
_OF_A_PHONE, _OF_A_KIND = 20, 60
_ALIKE = 0.28
"""Of 1: two people who tell of the same lamp have so much in common, two lamps seldom."""
_LATELY = timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """``same_phone``: the same person brought it, as far as their number tells."""

    case: Case
    same_phone: bool

    @property
    def key(self) -> str:
        """Names the doubt."""
        return f"twin:{self.case.number}"


class Twins:
    """Looks for them among what the viewer may see; accusations are never shown beside anything."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def of(self, viewer: Viewer, *, content: str, phone: str, category: str, district: str) -> Sequence[Twin]:
        """Give them, those of the same phone first; what is closed only where it is theirs and alike."""
        since, words = self._clock() - _LATELY, set(pairs_of(masking.text(content)))
        alike = partial(_alike, words)
        found: dict[str, Twin] = {}
        if phone:
            for case in await self._cases(viewer, CaseFilter(phone=phone, created_after=since), _OF_A_PHONE):
                if case.state.is_open or alike(case):
                    found[case.number] = Twin(case=case, same_phone=True)
        if category:
            wanted = CaseFilter(category=category, district=district or None, open=True, created_after=since)
            for case in await self._cases(viewer, wanted, _OF_A_KIND):
                if case.number not in found and alike(case):
                    found[case.number] = Twin(case=case, same_phone=False)
        return list(found.values())[:_SHOWN]

    async def _cases(self, viewer: Viewer, wanted: CaseFilter, most: int) -> Sequence[Case]:
        page = await self._store.cases.list(within_reach(viewer, wanted, accusations=False), most)
        return [case for case in page.items if reaches(viewer, case)]


def _alike(words: set[str], case: Case) -> bool:
    return (
        likeness(words, set(pairs_of(masking.text(f"{case.title}\n{case.content}", person=case.filer.name)))) >= _ALIKE
    )
