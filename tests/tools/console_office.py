"""An office with a console over a real store: cases are filed, staff sign in, features are those a test asks for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from console_client import UNITS, Browser, Clock, Console

from bot.casework.service import Casework, Draft
from bot.casework.staffwork import StaffWork
from bot.chance import SecureChance
from bot.clocks.calendar import WorkCalendar
from bot.clocks.clockwork import ClockSetter
from bot.clocks.rules import Rules
from bot.console.app import ROUTES
from bot.console.cases import CaseParts, cases_feature
from bot.console.routes import Feature
from channels.messages import Address
from storage.cases import Actor, ActorKind, Case, CaseState, Filer
from storage.records import Conversation
from storage.staff import Role
from storage.store import Store

STAFF = Actor(kind=ActorKind.STAFF, name="李科长")
CATEGORIES = ("城乡建设/路灯照明", "市容环境/暴露垃圾")


@dataclass
class ConsoleOffice:
    """What a test works with. ``parts`` are for the features that it adds."""

    store: Store
    clock: Clock
    setter: ClockSetter
    kicked: list[str] = field(default_factory=list)
    filed: int = 0

    def __post_init__(self) -> None:
        self.casework = Casework(
            store=self.store, clock=self.clock, chance=SecureChance(), office="某市信访局", kick=self.kick
        )
        self.staffwork = StaffWork(store=self.store, clock=self.clock, clocks=self.setter, kick=self.kick)
        self.parts = CaseParts(
            store=self.store,
            casework=self.casework,
            staffwork=self.staffwork,
            clock=self.clock,
            categories=CATEGORIES,
        )

    async def kick(self, ids: Sequence[str]) -> bool:
        self.kicked.extend(ids)
        return True

    async def open_console(self, passwords: Any, *features: Feature) -> None:
        self.console = Console(self.store, self.clock, passwords, features=(cases_feature(self.parts), *features))
        await self.console.start()

    async def signed_in(self, login: str, *roles: Role, unit: str = "city") -> Browser:
        return await self.console.signed_in(login, *roles, unit=unit)

    async def resident(self, sender: str = "oWangXiaoming-0000000000001") -> Conversation:
        address = Address(channel="wechat", account="main", sender=sender)
        return await self.store.conversations.ensure(address, now=self.clock())

    async def file(self, *moves: CaseState, sender: str = "", **facts: Any) -> str:
        """Give the number of a case that went through ``moves``; ``sender``: from that person's WeChat."""
        self.filed += 1
        conversation = (await self.resident(sender)).id if sender else None
        draft = {
            "content": "东风东街幸福里小区门口的路灯坏了一个多月，请打 13800138000 联系我。",
            "title": "幸福里小区门口路灯不亮",
            "category": "城乡建设/路灯照明",
            "district": "奎文区",
            "filer": Filer(name="张三丰", phone="13800138000", conversation_id=conversation),
        }
        made = await self.casework.create(Draft(**(draft | facts)), actor=STAFF, key=f"k{self.filed}")
        for to in moves:
            more = {"unit": "cg"} if to is CaseState.ASSIGNED else {}
            await self.casework.move(made.case.number, to=to, actor=STAFF, **more)
        return made.case.number

    async def case(self, number: str) -> Case:
        found = await self.store.cases.get(number)
        assert found is not None
        return found

    async def notices(self, number: str) -> list[str]:
        return [entry.text for entry in await self.store.outbox.for_case(number)]

    async def only(self, roles: set[Role], allows: Callable[[str], bool]) -> None:
        """Walk the routes that ``allows`` names with each role: all but ``roles`` are refused (403)."""
        for role in Role:
            browser = await self.signed_in(f"walk-{role.value.replace('_', '-')}", role)
            for route in self.console.app[ROUTES]:
                if not allows(route.path) or role in roles:
                    continue
                path = route.path.replace("{number}", "WF260101000013").replace("{id}", "1")
                page = await (browser.get(path) if route.method == "GET" else browser.post(path))
                assert page.status == 403, (role, route.method, route.path, page.status)


async def open_office(database: Any, vault: Any, clock: Clock) -> ConsoleOffice:
    setter = ClockSetter(calendar=WorkCalendar(), rules=Rules)
    store = await Store.open(database, vault, clockwork=setter)
    await store.units.put(UNITS)
    return ConsoleOffice(store=store, clock=clock, setter=setter)
