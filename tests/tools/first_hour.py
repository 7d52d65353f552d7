"""A small office on the morning of a clerk's first day: people who wrote, cases that wait, a notice's phones."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from broadcast_kit import Phones, office_of, runs_of, texters
from console_client import Clock, Console
from console_office import CATEGORIES, ConsoleOffice, open_office
from stage import Platform, Stage
from waiting import PATIENCE_S

from bot.casework.attending import Attending
from bot.casework.by_hand import Texting
from bot.console.answers import AnswerParts, answers_feature
from bot.console.conversations import ConversationParts, Live, conversations_feature
from bot.console.conversations.canned import SHIPPED
from bot.console.counter import CounterParts, counter_feature
from bot.console.figures import figures_feature
from bot.console.notices import NoticeParts, notices_feature
from bot.editing.desk import EditDesk
from bot.editing.layer import EditLayer
from bot.media.fetching import Limits
from channels.base import Capabilities
from channels.messages import Address, Via
from dialogs.files import DialogFiles
from dialogs.nlu.categories import Categories
from dialogs.understanding import Understanding
from storage.cases import Actor, ActorKind, CaseState, EntryKind, Filer, Source, TimelineEntry
from storage.clocks import Light
from storage.figures import Figures
from storage.inbox import ARRIVALS
from storage.light_changes import LightChange, LightChanges
from storage.outbox_documents import OUTBOX
from storage.records import Call, DeliveryState

WECHAT_MAIN = Source(channel="wechat", account="main")
RESIDENT = Actor(kind=ActorKind.RESIDENT)
WECHAT = Capabilities(
    passive=True,
    answer_within=4.5,
    ways=(Via.CUSTOMER_SERVICE, Via.TEMPLATE),
    text_limit=2048,
    text_unit="bytes",
    notices=frozenset({"progress"}),
)
LAMPS = "东风东街幸福里小区门口的路灯坏了一个多月，晚上出门看不见路，老人摔过一次。请打 13800138000 联系我。"
CASES = (
    # title, category, district, days ago, states it went through, grade of five
    ("金马路井盖松动，车压过去响", "城乡建设/路灯照明", "奎文区", 24, ("accepted", "assigned", "answered"), 5),
    ("四平路早市占道，救护车进不来", "市容环境/暴露垃圾", "潍城区", 21, ("accepted", "assigned", "answered"), 4),
    ("文化路学校门口没有减速带", "城乡建设/路灯照明", "奎文区", 18, ("accepted", "assigned", "answered"), 2),
    ("胜利街垃圾桶没人清，味道大", "市容环境/暴露垃圾", "潍城区", 17, ("accepted", "assigned"), 0),
    ("虞河路夜里施工，吵得睡不着", "市容环境/暴露垃圾", "奎文区", 16, (), 0),
    ("健康街公交站牌被撞歪", "城乡建设/路灯照明", "奎文区", 12, ("accepted", "assigned"), 0),
    ("青年路绿化带里堆了建筑垃圾", "市容环境/暴露垃圾", "潍城区", 2, (), 0),
)
SAID = {
    "东风东街的路灯坏了一个多月，没人管": "请问是在哪个小区，或者哪个路口？",
    "幸福里小区北门。我想找人工": "好的，已请工作人员接待，请稍等。",
    "信访要带什么材料": "一般要有姓名（名称）、住址，以及请求、事实和理由。口头说也可以，工作人员应当如实记录。",
}
PEOPLE = (
    ("oFirstHour-0000000000001", ("信访要带什么材料",)),
    ("oFirstHour-0000000000002", ("东风东街的路灯坏了一个多月，没人管", "幸福里小区北门。我想找人工")),
)


class FirstHour:
    """The office: where its console is, what it holds."""

    def __init__(self, office: ConsoleOffice, phones: Phones) -> None:
        self.office = office
        self.phones = phones
        self.number = ""

    @property
    def url(self) -> str:
        return f"{self.office.console.url}/console"

    @property
    def console(self) -> Console:
        return self.office.console

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """A worker that sends notices."""
        stop = asyncio.Event()
        channels = {("sms", "main"): self.phones}
        task = asyncio.create_task(runs_of(self.office.store, channels, clock=self.office.clock).run(stop))
        try:
            yield
        finally:
            stop.set()
            await task


async def _file_cases(office: ConsoleOffice, clock: Clock, morning: datetime) -> str:
    """Those of the last weeks, and the one that came this morning; give its number."""
    for which, (title, category, district, days, states, grade) in enumerate(CASES):
        clock.now = morning - timedelta(days=days, minutes=7 * which)
        resident = await office.resident(f"oFirstHour-100000000000{which}")
        filer = Filer(name="李建国", phone=f"1390000{which:04d}", conversation_id=resident.id)
        facts = {"title": title, "content": f"{title}。", "category": category, "district": district, "filer": filer}
        number = await office.file(**facts, source=WECHAT_MAIN)
        for state in states:
            clock.now += timedelta(days=1, hours=1)
            more = {"unit": "cg"} if state == "assigned" else {}
            await office.casework.move(number, to=CaseState(state), actor=_staff(), **more)
        if grade:
            case = await office.case(number)
            rated = TimelineEntry(at=clock(), actor=RESIDENT, kind=EntryKind.RATED)
            await office.store.committer.commit(office.store.cases.append(case, rated, satisfaction=grade))
    clock.now = morning - timedelta(minutes=25)
    sender = "oFirstHour-1000000000009"
    return await office.file(
        title="幸福里小区门口路灯不亮", content=LAMPS, place="东风东街幸福里小区北门", sender=sender
    )


def _staff() -> Actor:
    return Actor(kind=ActorKind.STAFF, name="李科长")


async def _light(office: ConsoleOffice, morning: datetime) -> None:
    """A light that changed in the night, for the desk."""
    page = await office.store.cases.list(limit=50)
    late = next(case for case in page.items if case.title.startswith("健康街"))
    clock = next(each for each in late.clocks if each.due_at and each.due_at < morning)
    assert clock.due_at is not None
    change = LightChange(
        id=f"{late.number}:9",
        case_number=late.number,
        stage=clock.stage,
        light=Light.RED,
        at=clock.due_at,
        due_at=clock.due_at,
        units=("cg",),
        accusation=False,
    )
    await office.store.committer.commit([LightChanges(office.store.database).add(change)])


async def _talk(stage: Stage, clock: Clock, morning: datetime, channels: Any) -> None:
    stage.script.answer = lambda text: SAID.get(text, "好的。")
    process = stage.process(channels=channels)
    for place, (sender, texts) in enumerate(PEOPLE):
        for number, text in enumerate(texts):
            clock.now = morning - timedelta(minutes=20 - 6 * place - 2 * number)
            address = Address(channel="wechat", account="main", sender=sender)
            arrived = await stage.keep(text, message_id=f"m{place}{number}", address=address)
            process.turns.start(arrived)
            await process.turns.drain(PATIENCE_S)
            # The store has a clock of its own for what arrives; the pictures shall be the same on any day.
            key = {"_id": arrived.id}
            await stage.store.database[ARRIVALS].update_one(key, {"$set": {"arrived_at": clock.now}})
    # No webhook is there to give them.
    sent = {"state": DeliveryState.SENT.value, "sent_at": clock.now}
    await stage.store.database[OUTBOX].update_many({"via": Via.PASSIVE.value}, {"$set": sent})
    call = Call(id="first-hour", conversation_id=arrived.conversation_id, reason="asked", at=clock(), danger=False)
    await stage.store.committer.commit([stage.store.calls.add(call)])


def _counter(office: ConsoleOffice, phones: Phones) -> CounterParts:
    return CounterParts(
        store=office.store,
        casework=office.casework,
        texting=Texting(store=office.store, channels={("sms", "main"): phones}, clock=office.clock),
        clock=office.clock,
        categories=CATEGORIES,
        knows=lambda: Categories.load(DialogFiles().categories),
        limits=Limits(largest={}, daily=20),
    )


@asynccontextmanager
async def first_hour(
    database: Any, vault: Any, *, redis_url: str, clock: Clock, passwords: Any, folder: Path
) -> AsyncIterator[FirstHour]:
    """The office at ``clock``'s time."""
    morning = clock.now
    office = await open_office(database, vault, clock)
    store = office.store
    phones = Phones(folder / "taken")
    channels = {("wechat", "main"): Platform(capabilities=WECHAT)}
    stage = Stage(store, redis_url)
    live, layer = Live(store=store, clock=clock, every_s=0.2), EditLayer(store.edits, DialogFiles())
    talks = ConversationParts(
        store=store,
        attending=Attending(store=store, channels=channels, clock=clock, kick=office.kick),
        casework=office.casework,
        live=live,
        clock=clock,
        channels=frozenset({"wechat"}),
        categories=CATEGORIES,
        canned=SHIPPED,
        knows=lambda: Categories.load(DialogFiles().categories),
    )
    desk = EditDesk(store=store, layer=layer, clock=clock, look=lambda: None)
    notices = office_of(store, {("sms", "main"): phones}, clock)
    await office.open_console(
        passwords,
        figures_feature(store=store, figures=Figures(store.database), clock=clock),
        conversations_feature(talks),
        notices_feature(NoticeParts(store=store, office=notices, clock=clock, categories=CATEGORIES, sms_fen=5)),
        answers_feature(AnswerParts(store=store, desk=desk, understanding=Understanding(), clock=clock)),
        counter_feature(_counter(office, phones)),
    )
    made = FirstHour(office, phones)
    made.number = await _file_cases(office, clock, morning)
    await _light(office, morning)
    await _talk(stage, clock, morning, channels)
    await texters(store, range(3))
    clock.now = morning
    try:
        yield made
    finally:
        await live.close()
        await office.console.stop()
        await stage.close()
        layer.close()
