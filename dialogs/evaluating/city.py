"""A city's cases in memory, and chance that is none: for conversations that are held without any server."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dialogs.actions import Office
from dialogs.outcome import Effect, FileCase, WithdrawCase
from dialogs.ports import CaseStep, CaseView, TooManyTries

OFFICE = Office(name="某市信访局", hotline="12345")
CODE = "384756"
START = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


class CasesInMemory:
    """Fulfils ``ports.Cases``: ``own`` are the person's, oldest first; ``others`` need their code.

    The code of one's own is that of ``FixedChance``.
    """

    def __init__(self) -> None:
        self.own: list[CaseView] = []
        self.others: dict[str, tuple[str, CaseView]] = {}
        self.drawn: dict[str, str] = {}
        self.slow = False
        self.away: Exception | None = None

    async def mine(self, conversation_id: str) -> Sequence[CaseView]:  # noqa: ARG002 - there is one person
        if self.away:
            raise self.away
        return list(reversed(self.own))

    async def find(self, *, number: str, code: str | None, conversation_id: str) -> CaseView | None:  # noqa: ARG002
        if self.slow:
            raise TooManyTries(120)
        for case in self.own:
            if case.number == number:
                return case
        right, case_of_others = self.others.get(number, ("", None))
        return case_of_others if case_of_others and code == right else None

    async def proves(self, *, number: str, code: str, conversation_id: str) -> bool:  # noqa: ARG002
        if self.slow:
            raise TooManyTries(120)
        right, _ = self.others.get(number, (CODE, None))
        return code == right

    async def draw_number(self, *, message_id: str, at: datetime) -> str:  # noqa: ARG002
        if self.away:
            raise self.away
        return self.drawn.setdefault(message_id, f"WF2611210{len(self.drawn) + 1:04d}7")

    def carry_out(self, effects: Sequence[Effect], at: datetime = START) -> None:
        """What a turn decided is so in the next one."""
        for effect in effects:
            if isinstance(effect, FileCase):
                self.own.append(view(effect.number, effect.title, "submitted", "待受理", at=at))
            if isinstance(effect, WithdrawCase):
                self.own = [_withdrawn(one) if one.number == effect.number else one for one in self.own]


class FixedChance:
    """Fulfils ``ports.Randomness``."""

    def query_code(self) -> str:
        return CODE


def view(
    number: str,
    title: str,
    state: str = "in_progress",
    label: str = "办理中",
    *,
    is_open: bool = True,
    days_ago: int = 0,
    accusation: bool = False,
    note: str = "",
    at: datetime = START,
) -> CaseView:
    """A case with one public step."""
    filed = at - timedelta(days=days_ago)
    return CaseView(
        number=number,
        state=state,
        label=label,
        open=is_open,
        full=True,
        filed_at=filed,
        title=title,
        accusation=accusation,
        steps=(CaseStep(at=filed, label=label, note=note),),
    )


def stranger(number: str, title: str = "别人的事") -> CaseView:
    """Somebody else's case, as number and code show it."""
    return replace(view(number, title), full=False, title="", steps=())


def _withdrawn(case: CaseView) -> CaseView:
    return replace(case, open=False, state="withdrawn", label="已撤回")
