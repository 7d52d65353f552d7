"""What staff do and the line of the audit log that tells of it stand together, or neither does."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from broadcast_kit import APPROVER, AUTHOR, Phones, approved, office_of, started, texters
from console_client import UNITS

from bot.access.api_tokens import TokenOffice
from bot.access.members import By, Members
from bot.access.passwords import Passwords
from bot.access.unit_table import imported
from bot.casework.attending import Attending
from bot.clocks.calendar import WorkCalendar
from bot.clocks.clockwork import ClockSetter
from bot.clocks.rule_office import RuleOffice
from bot.clocks.rulebook import RuleBook
from bot.clocks.rules import Rule
from bot.editing.desk import EditDesk
from bot.editing.layer import EditLayer
from bot.publishing.desk import ReceptionDesk
from bot.publishing.office import PublicationOffice
from bot.publishing.telling import Teller
from dialogs.files import DialogFiles
from storage.clock_rules import ClockRules
from storage.clocks import Limit, Stage, TimeUnit
from storage.edits import EditAct, EditKind
from storage.errors import StorageAway
from storage.publication_records import BookingState, Reception
from storage.staff import Role
from storage.store import Store
from storage.units import Unit

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BY, OTHER = By(id="m1", name="管理员"), By(id="m2", name="周涛")
DAY = Reception(
    leader="李明",
    post="副市长",
    matters="城建",
    place="市信访局一楼",
    day=date(2026, 11, 26),
    begins=time(9),
    ends=time(11),
    places=3,
    opens_at=NOW,
    closes_at=NOW + timedelta(days=2),
)
ANSWER = {
    "id": "pool_hours",
    "question": "游泳馆什么时候开门",
    "answer": "每天9时到21时。",
    "source": "市体育局",
    "valid_from": "2026-01-01",
}
KEPT = (
    *("broadcasts", "clock_rules", "conversations", "edits", "outbox", "publications", "reception_bookings"),
    *("api_tokens", "staff", "units"),
)


class Desk:
    """Everything staff do it with."""

    def __init__(self, store: Store) -> None:
        self.store = store
        clock = self.clock
        self.tokens = TokenOffice(store=store, clock=clock, taken=())
        passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        self.members = Members(store=store, passwords=passwords, clock=clock)
        layer = EditLayer(store.edits, DialogFiles())
        self.edits = EditDesk(store=store, layer=layer, clock=clock, look=lambda: None)
        book = RuleBook(ClockRules(store.database))
        setter = ClockSetter(calendar=WorkCalendar(), rules=book)
        self.rules = RuleOffice(store=store, setter=setter, book=book, clock=clock)
        self.notices = office_of(store, {("sms", "main"): Phones(log=Path("unused"))}, clock)
        parts: dict[str, Any] = {"store": store, "clock": clock, "kick": self._kick}
        self.attending = Attending(channels={}, **parts)
        parts["teller"] = Teller(store=store, channels={})
        self.publications, self.receptions = PublicationOffice(**parts), ReceptionDesk(**parts)

    @staticmethod
    def clock() -> datetime:
        return NOW

    @staticmethod
    async def _kick(_ids: Any) -> bool:
        return True


Deed = Callable[[], Awaitable[object]]


async def token_given(desk: Desk) -> Deed:
    return lambda: desk.tokens.give("平台", role=Role.OPERATOR, unit="city", by=BY)


async def token_taken_back(desk: Desk) -> Deed:
    await desk.tokens.give("平台", role=Role.OPERATOR, unit="city", by=BY)
    return lambda: desk.tokens.take_back("平台", by=BY)


async def member_added(desk: Desk) -> Deed:
    return lambda: desk.members.add(login="wang", name="王芳", unit="city", roles=[Role.OPERATOR], by=BY)


async def password_reset(desk: Desk) -> Deed:
    made = await desk.members.add(login="wang", name="王芳", unit="city", roles=[Role.OPERATOR], by=BY)
    return lambda: desk.members.reset(made.member, by=BY)


async def units_imported(desk: Desk) -> Deed:
    units = [Unit(id="xin", name="新区信访局", parent="city")]
    return lambda: desk.store.units.put(units, imported(units, by=BY, at=NOW))


async def answer_proposed(desk: Desk) -> Deed:
    return lambda: desk.edits.propose(EditKind.ANSWER, "pool_hours", EditAct.SET, ANSWER, by=BY, note="")


async def answer_passed(desk: Desk) -> Deed:
    edit = await desk.edits.propose(EditKind.ANSWER, "pool_hours", EditAct.SET, ANSWER, by=BY, note="")
    return lambda: desk.edits.pass_on(edit, by=OTHER)


async def answer_refused(desk: Desk) -> Deed:
    edit = await desk.edits.propose(EditKind.ANSWER, "pool_hours", EditAct.SET, ANSWER, by=BY, note="")
    return lambda: desk.edits.refuse(edit, by=OTHER, verdict="过时")


async def rule_changed(desk: Desk) -> Deed:
    limit = Limit(amount=3, unit=TimeUnit.WORKING_DAYS)
    proposal = await desk.rules.put(Rule(id="", stage=Stage.ANSWER, limit=limit, category="城乡建设"))
    return lambda: desk.rules.save(proposal, base=proposal.base, by=BY)


async def notice_started(desk: Desk) -> Deed:
    notice = await approved(desk.notices)
    return lambda: desk.notices.start(notice, by=AUTHOR)


async def notice_paused(desk: Desk) -> Deed:
    notice = await started(desk.notices)
    return lambda: desk.notices.pause(notice, by=AUTHOR)


async def notice_resumed(desk: Desk) -> Deed:
    notice = await desk.notices.pause(await started(desk.notices), by=AUTHOR)
    return lambda: desk.notices.resume(notice, by=AUTHOR)


async def notice_cancelled(desk: Desk) -> Deed:
    notice = await started(desk.notices)
    return lambda: desk.notices.cancel(notice, by=AUTHOR)


async def booked(desk: Desk) -> Deed:
    day = await desk.publications.approve(await desk.publications.write(DAY, by=AUTHOR), by=APPROVER)
    return lambda: desk.receptions.book(day.id, name="王强", phone="13800138011", matter="供暖", by=AUTHOR)


async def booking(desk: Desk) -> Any:
    made, _ = await (await booked(desk))()  # type: ignore[misc]
    return made


async def booking_cancelled(desk: Desk) -> Deed:
    made = await booking(desk)
    return lambda: desk.receptions.give_back(made, by=AUTHOR)


async def booking_marked(desk: Desk) -> Deed:
    made = await booking(desk)
    return lambda: desk.receptions.mark(made, BookingState.CAME, by=AUTHOR)


async def booking_erased(desk: Desk) -> Deed:
    made = await booking(desk)
    return lambda: desk.receptions.erase(made, by=AUTHOR, reason="本人要求")


async def conversation_taken(desk: Desk) -> Deed:
    [key] = await texters(desk.store, [1])
    member = (await desk.members.add(login="wang", name="王芳", unit="city", roles=[Role.OPERATOR], by=BY)).member
    conversation = await desk.store.conversations.get(key)
    assert conversation is not None
    return lambda: desk.attending.take(conversation, member)


async def everything(store: Store) -> dict[str, list[Any]]:
    return {name: await store.database[name].find({}, sort=(("_id", 1),), limit=1000) for name in KEPT}


@pytest.fixture
async def desk(database: Any, vault: Any) -> Desk:
    store = await Store.open(database, vault)
    await store.units.put(UNITS)
    return Desk(store)


@pytest.mark.parametrize(
    ("action", "prepared"),
    [
        ("token.given", token_given),
        ("token.revoked", token_taken_back),
        ("staff.added", member_added),
        ("staff.password_reset", password_reset),
        ("units.imported", units_imported),
        ("edit.proposed", answer_proposed),
        ("edit.passed", answer_passed),
        ("edit.refused", answer_refused),
        ("clock_rules.changed", rule_changed),
        ("broadcast.started", notice_started),
        ("broadcast.paused", notice_paused),
        ("broadcast.resumed", notice_resumed),
        ("broadcast.cancelled", notice_cancelled),
        ("booking.added", booked),
        ("booking.cancelled", booking_cancelled),
        ("booking.marked", booking_marked),
        ("booking.erased", booking_erased),
        ("conversation.taken", conversation_taken),
    ],
)
async def test_what_cannot_be_told_is_not_done(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, action: str, prepared: Callable[[Desk], Awaitable[Deed]]
) -> None:
    deed = await prepared(desk)
    before, lines = await everything(desk.store), await desk.store.audit.newest(50)
    with monkeypatch.context() as broken:
        broken.setattr(desk.store.audit, "_chained", _away)
        with pytest.raises(StorageAway):
            await deed()
    assert await everything(desk.store) == before
    assert await desk.store.audit.newest(50) == lines
    await deed()
    assert await everything(desk.store) != before
    assert (await desk.store.audit.newest(1))[0].action == action
    assert (await desk.store.audit.check())[1] is None


def _away(*_args: object) -> Any:
    raise StorageAway("audit")


async def test_lines_written_at_once_are_one_chain(desk: Desk) -> None:
    line = imported([], by=BY, at=NOW)
    await desk.store.audited([], line, line, line)
    assert await desk.store.audit.check() == (3, None)
