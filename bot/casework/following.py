"""Which cases go along with a step of another (并案, ``bot.casework.merging``)."""

from collections.abc import Sequence

from storage.cases import Case, CaseState, lawful_moves
from storage.store import Store

_FOLLOWED = frozenset(
    {
        CaseState.ACCEPTED,
        CaseState.REFUSED,
        CaseState.ASSIGNED,
        CaseState.IN_PROGRESS,
        CaseState.ANSWERED,
        CaseState.CLOSED,
    }
)


async def following(store: Store, case: Case, to: CaseState, public: bool) -> Sequence[Case]:
    """The cases that make a step of ``case`` as well."""
    if not public or to not in _FOLLOWED:
        return ()
    return [each for each in await store.cases.merged_with(case.number) if to in lawful_moves(each.state)]
