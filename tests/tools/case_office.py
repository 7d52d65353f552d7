"""A console with the pages of the cases, and somebody at the other end who files them."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from console_client import UNITS, Console

from bot.casework.proposals import Proposals
from bot.casework.service import Casework, Draft
from bot.casework.staffwork import StaffWork
from bot.chance import SecureChance
from bot.clocks.calendar import WorkCalendar
from bot.clocks.clockwork import ClockSetter
from bot.clocks.rules import Rules
from bot.console.cases import CaseParts, cases_feature
from bot.console.routes import Feature
from bot.media.fetching import Limits
from dialogs.faq.answers import Answer
from storage.cases import Actor, ActorKind, Filer
from storage.store import Store

NAME, PHONE = "张三丰", "13800138000"


class CaseOffice:
    def __init__(self, console: Console, casework: Casework, store: Store) -> None:
        self.console = console
        self.casework = casework
        self.store = store
        self._filed = 0

    async def file(self, **facts) -> str:
        self._filed += 1
        draft = {
            "content": "路灯坏了",
            "title": f"{NAME}反映路灯不亮",
            "district": "奎文区",
            "filer": Filer(name=NAME, phone=PHONE),
        }
        resident = Actor(kind=ActorKind.RESIDENT)
        made = await self.casework.create(Draft(**(draft | facts)), actor=resident, key=f"k{self._filed}")
        return made.case.number


@asynccontextmanager
async def open_case_office(
    database,
    vault,
    clock,
    passwords,
    *,
    further: Callable[[Store], Sequence[Feature]] = lambda _store: (),
    answers: Sequence[Answer] = (),
) -> AsyncIterator[CaseOffice]:
    """``further``: features of the console besides the cases; ``answers``: those that are approved."""
    setter = ClockSetter(calendar=WorkCalendar(), rules=Rules)
    store = await Store.open(database, vault, clockwork=setter)
    await store.units.put(UNITS)

    async def kick(_ids):
        return None

    async def approved():
        return answers

    casework = Casework(store=store, clock=clock, chance=SecureChance(), office="某市信访局", kick=kick)
    staffwork = StaffWork(store=store, clock=clock, clocks=setter, kick=kick)
    parts = CaseParts(
        store=store,
        casework=casework,
        staffwork=staffwork,
        clock=clock,
        categories=(),
        limits=Limits(largest={}, daily=20),
        proposals=Proposals(answers=approved, embedder=lambda: None, clock=clock),
    )
    console = Console(store, clock, passwords, features=(cases_feature(parts), *further(store)))
    await console.start()
    yield CaseOffice(console, casework, store)
    await console.stop()
