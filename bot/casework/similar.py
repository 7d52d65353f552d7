"""Past cases that are like one at hand, and what was answered then: for staff to look at, never sent by itself.

Compared are redacted copies of title and content, by the characters that stand together in both; looked at are the
newest that were closed of the same kind, so that a look costs the same however much is stored, and no accusations.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import sqrt

from bot import masking
from storage.case_search import pairs_of
from storage.cases import Case, CaseFilter, CaseState
from storage.store import Store

LOOKED_AT = 100
SHOWN = 3
_LONGEST = 2_000
LEAST = 0.08
"""Of 1: below it two petitions of one kind have little more in common than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """A past case, how like it is (0 to 1), and the answer that its filer got, without names and numbers."""

    case: Case
    likeness: float
    answer: str = field(default="", repr=False)


async def similar_to(store: Store, case: Case, *, may_see: Callable[[Case], bool]) -> Sequence[Similar]:
    """Give the past cases that are most like ``case``, of those that the viewer may see, the best first."""
    if case.accusation or not case.category:
        return ()
    wanted = CaseFilter(state=CaseState.CLOSED, category=case.category)
    past = [each for each in (await store.cases.list(wanted, LOOKED_AT)).items if each.number != case.number]
    words = _pairs(case)
    rated = [(likeness(words, _pairs(each)), each) for each in past if may_see(each)]
    best = sorted(((much, each) for much, each in rated if much >= LEAST), key=lambda one: one[0], reverse=True)
    return [Similar(case=each, likeness=much, answer=await _answer(store, each)) for much, each in best[:SHOWN]]


def likeness(one: set[str], other: set[str]) -> float:
    """How much two texts have in common, 0 to 1, by the pairs of characters that they hold."""
    return len(one & other) / sqrt(len(one) * len(other)) if one and other else 0.0


def _pairs(case: Case) -> set[str]:
    """Of the words that people chose: kind and district are the same in all."""
    return set(pairs_of(masking.text(f"{case.title}\n{case.content}", person=case.filer.name)[:_LONGEST]))


async def _answer(store: Store, case: Case) -> str:
    """What the filer was answered last; "" where the words are not known."""
    entries = await store.cases.timeline(case.number)
    answers = [each.note for each in entries if each.public and each.to_state is CaseState.ANSWERED]
    return masking.text(answers[-1], person=case.filer.name) if answers else ""
