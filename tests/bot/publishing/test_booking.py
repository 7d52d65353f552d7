"""Places at a leader's reception day: never more than there are, one a person a day, each told once."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.broadcasts.office import Doer
from bot.casework.effects import changes_for
from bot.publishing.desk import ReceptionDesk
from bot.publishing.errors import NoPlace, NotNow, OwnWords, PublishRefused
from bot.publishing.forms import clarification_of, reception_of
from bot.publishing.office import PublicationOffice
from bot.publishing.reminding import Reminders
from bot.publishing.rights import bookings_told, over_of
from bot.publishing.seats import Seats
from bot.publishing.telling import Teller
from bot.retention import RetentionJob
from bot.settings_retention import Retention
from channels.messages import Address
from dialogs.outcome import BookReception, CancelBooking
from dialogs.receptions import NoSeat
from storage.errors import Conflict
from storage.publication_records import BookingState, PublicationKind, PublicationState, Reception
from storage.store import Store

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00
EDITOR, APPROVER = Doer(id="m1", name="孙丽", unit="city"), Doer(id="m2", name="周涛", unit="city")
DAY = Reception(
    leader="李明",
    post="副市长",
    matters="城建、交通",
    place="市信访局一楼接待大厅",
    day=date(2026, 11, 26),
    begins=time(9),
    ends=time(11, 30),
    places=3,
    opens_at=NOW,
    closes_at=NOW + timedelta(days=2),
)
SMS = SimpleNamespace(capabilities=SimpleNamespace(free_text=True, notices=frozenset()))


class Town:
    """A store with people, and the office's steps; ``now`` is turned by the test."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = NOW
        self.kicked: list[str] = []
        parts: dict[str, Any] = {"store": store, "clock": lambda: self.now, "kick": self._kick}
        parts["teller"] = Teller(store=store, channels={("sms", "main"): SMS})
        self.office, self.desk, self.reminders = PublicationOffice(**parts), ReceptionDesk(**parts), Reminders(**parts)
        self.seats = Seats(store=store, clock=lambda: self.now)

    async def _kick(self, ids: Any) -> bool:
        self.kicked.extend(ids)
        return True

    async def published(self, **facts: Any) -> str:
        draft = await self.office.write(replace(DAY, **facts), by=EDITOR)
        return (await self.office.approve(draft, by=APPROVER)).id

    async def person(self, number: int) -> Any:
        address = Address(channel="sms", account="main", sender=f"138001380{number:02}")
        return await self.store.conversations.ensure(address, now=self.now)

    async def asks(self, person: Any, day: str) -> int | NoSeat:
        """Book as a turn does: look, decide, commit; anew where somebody was quicker."""
        while True:
            seat = await self.seats.seat(day, conversation_id=person.id, phone="")
            if isinstance(seat, NoSeat):
                return seat
            effect = BookReception(reception_id=day, seat=seat, name="张三丰", matter="物业乱收费")
            try:
                await self._done(effect, person)
            except Conflict:
                continue
            return seat

    async def gives_back(self, person: Any) -> None:
        mine = await self.seats.mine(person.id)
        await self._done(CancelBooking(booking_id=mine[0].id), person)

    async def _done(self, effect: Any, person: Any) -> None:
        settled = await changes_for([effect], conversation=person, store=self.store, now=self.now, office="某局")
        await self.store.committer.commit(settled.changes)

    async def told(self, person: Any) -> list[str]:
        return [each.text for each in await self.store.outbox.onward(person.id, limit=20)]


@pytest.fixture
async def town(database: Any, vault: Any) -> Town:
    return Town(await Store.open(database, vault))


async def test_of_many_at_once_as_many_get_a_place_as_there_are(town: Town) -> None:
    day = await town.published(places=5)
    people = [await town.person(number) for number in range(16)]
    got = await asyncio.gather(*(town.asks(each, day) for each in people))
    assert sorted(each for each in got if isinstance(each, int)) == [1, 2, 3, 4, 5]
    assert [each for each in got if not isinstance(each, int)] == [NoSeat.FULL] * 11
    kept = await town.store.bookings.of_reception(day)
    assert [each.seat for each in kept] == [1, 2, 3, 4, 5]
    assert (await town.store.publications.get(day)).seats == (1, 2, 3, 4, 5)


async def test_a_person_gets_one_place_a_day_and_one_given_back_goes_to_another(town: Town) -> None:
    day, other = await town.published(places=1), await town.published(leader="王强")
    first, second = await town.person(1), await town.person(2)
    assert await town.asks(first, day) == 1
    assert await town.asks(first, other) is NoSeat.BOOKED
    assert await town.asks(second, day) is NoSeat.FULL
    await town.gives_back(first)
    assert await town.asks(second, day) == 1
    assert await town.asks(first, other) == 1
    states = [each.state for each in await town.store.bookings.of_reception(day)]
    assert sorted(states) == [BookingState.BOOKED, BookingState.CANCELLED]


async def at_once(town: Town, *wanted: tuple[Any, BookReception]) -> list[BaseException | None]:
    """Both look before either commits."""
    made = [
        await changes_for([effect], conversation=person, store=town.store, now=town.now, office="某局")
        for person, effect in wanted
    ]
    commits = (town.store.committer.commit(each.changes) for each in made)
    return list(await asyncio.gather(*commits, return_exceptions=True))


@pytest.mark.parametrize("how", ["one phone, two channels", "one contact, two phones"])
async def test_of_two_bookings_of_one_person_in_one_instant_one_is_made(town: Town, how: str) -> None:
    day, other = await town.published(), await town.published(leader="王强")
    address = Address(channel="wechat", account="main", sender="oZhang")
    texter, follower = await town.person(1), await town.store.conversations.ensure(address, now=town.now)
    phone = "138 0013 8001"
    if how.startswith("one contact"):
        phone = "13900139002"
        texter, follower = replace(texter, contact_id="zhang"), replace(follower, contact_id="zhang")
    results = await at_once(
        town,
        (texter, BookReception(reception_id=day, seat=1, name="张三丰")),
        (follower, BookReception(reception_id=other, seat=1, name="张三丰", phone=phone)),
    )
    assert [type(each) for each in results if each is not None] == [Conflict]
    [kept] = [*await town.store.bookings.of_reception(day), *await town.store.bookings.of_reception(other)]
    free = other if kept.reception_id == day else day
    assert (await town.store.publications.get(free)).seats == (), "whoever was later took no place"
    assert await town.asks(await town.person(2), free) == 1


async def test_a_day_that_is_moved_to_another_takes_its_bookings_along(town: Town) -> None:
    day, later = await town.published(), await town.published(day=date(2026, 11, 27))
    person = await town.person(1)
    assert [await town.asks(person, each) for each in (day, later)] == [1, 1]
    published = await town.store.publications.get(day)
    changed = await town.office.change(published, replace(DAY, day=date(2026, 11, 27)), reason="出差", by=EDITOR)
    await town.office.approve(changed, by=APPROVER)
    [moved] = await town.store.bookings.of_reception(day)
    assert (moved.state, moved.day) == (BookingState.BOOKED, date(2026, 11, 27))


async def test_nobody_books_before_after_or_where_nothing_is_published(town: Town) -> None:
    person = await town.person(1)
    draft = await town.office.write(DAY, by=EDITOR)
    assert await town.asks(person, draft.id) is NoSeat.GONE
    early = await town.published(opens_at=NOW + timedelta(hours=1))
    assert await town.asks(person, early) is NoSeat.SHUT
    day = await town.published()
    town.now = NOW + timedelta(days=2)
    assert await town.asks(person, day) is NoSeat.SHUT
    assert await town.seats.coming() == []


async def test_nobody_approves_their_own_and_a_step_is_done_once(town: Town) -> None:
    draft = await town.office.write(DAY, by=EDITOR)
    with pytest.raises(OwnWords):
        await town.office.approve(draft, by=EDITOR)
    published = await town.office.approve(draft, by=APPROVER)
    assert published.state is PublicationState.PUBLISHED
    with pytest.raises(NotNow):
        await town.office.approve(draft, by=Doer(id="m3", name="第三人"))
    with pytest.raises(NotNow):
        await town.office.approve(published, by=APPROVER)
    actions = [line.action for line in await town.store.audit.newest(10)]
    assert actions[-2:] == ["reception.published", "reception.written"]


async def test_the_day_before_in_daytime_each_is_reminded_once(town: Town) -> None:
    day = await town.published(closes_at=NOW + timedelta(days=2, hours=20))
    people = [await town.person(number) for number in range(2)]
    for each in people:
        await town.asks(each, day)
    await town.gives_back(people[1])
    for moment in (NOW, datetime(2026, 11, 25, 0, 30, tzinfo=UTC)):  # 8:30
        town.now = moment
        assert await town.reminders.look() == 0
    town.now = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)  # 9:00
    assert sum(await asyncio.gather(*(town.reminders.look() for _ in range(3)))) == 1
    late = await town.person(7)  # has just been told all of it
    await town.asks(late, day)
    assert await town.reminders.look() == 0
    assert len(await town.told(people[0])) == 1
    assert "明天" in (await town.told(people[0]))[0]
    assert await town.told(people[1]) == []


async def test_everybody_who_booked_is_told_of_a_change_and_of_the_end(town: Town) -> None:
    day = await town.published()
    person = await town.person(1)
    await town.asks(person, day)
    by_phone, tells = await town.desk.book(day, name="李四", phone="13900139000", matter="", by=APPROVER)
    assert (by_phone.seat, tells) == (2, True)
    published = await town.store.publications.get(day)
    with pytest.raises(PublishRefused, match="PublishRefused"):
        await town.office.change(published, replace(DAY, places=1), reason="", by=EDITOR)
    after = replace(DAY, day=date(2026, 11, 27), place="市信访局二楼")
    waiting = await town.office.change(published, after, reason="会议", by=EDITOR)
    assert await town.told(person) == []  # nobody approved it yet
    moved = await town.office.approve(waiting, by=APPROVER)
    assert moved.reception.place == "市信访局二楼"
    assert "11月27日" in (await town.told(person))[-1]
    ended = await town.office.withdraw(moved, reason="领导出差", by=APPROVER)
    assert (ended.state, ended.seats) == (PublicationState.WITHDRAWN, ())
    assert "取消" in (await town.told(person))[-1]
    texted = await town.store.conversations.ensure(
        Address(channel="sms", account="main", sender="13900139000"), now=NOW
    )
    assert len(await town.told(texted)) == 3
    assert {each.state for each in await town.store.bookings.of_reception(day)} == {BookingState.CANCELLED}
    assert max(map(len, [*await town.told(person), *await town.told(texted)])) <= 120


async def test_by_hand_a_full_day_stays_full_and_who_came_is_noted(town: Town) -> None:
    day = await town.published(places=1)
    booking, _ = await town.desk.book(day, name="李四", phone="0536-8123456", matter="物业", by=APPROVER)
    with pytest.raises(NoPlace):
        await town.desk.book(day, name="王五", phone="13900139001", matter="", by=APPROVER)
    with pytest.raises(NoPlace):
        await town.desk.book(day, name="", phone="13900139001", matter="", by=APPROVER)
    await town.desk.mark(booking, BookingState.CAME, by=APPROVER)
    assert (await town.store.bookings.get(booking.id)).state is BookingState.CAME
    with pytest.raises(NotNow):
        await town.desk.give_back(booking, by=APPROVER)
    noted = [line for line in await town.store.audit.newest(10) if line.action.startswith("booking.")]
    assert [line.action for line in noted] == ["booking.marked", "booking.added"]
    assert "李四" not in str(noted)


RECEPTION = {
    "leader": "李明",
    "post": "副市长",
    "matters": "城建",
    "place": "一楼",
    "day": "2026-11-26",
    "begins": "09:00",
    "ends": "11:30",
    "places": "10",
}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"leader": " "}, "leader"),
        ({"places": "0"}, "places"),
        ({"places": "很多"}, "places"),
        ({"ends": "09:00"}, "ends"),
        ({"day": "2026-11-22"}, "day"),
        ({"day": "明天"}, "day"),
        ({"begins": "九点"}, "begins"),
        ({"closes_at": "2026-11-26T10:00"}, "closes_at"),
        ({"opens_at": "x"}, "opens_at"),
    ],
)
def test_a_wrong_form_is_refused_by_its_field(change: dict[str, str], field: str) -> None:
    with pytest.raises(PublishRefused) as refused:
        reception_of({**RECEPTION, **change}, NOW)
    assert refused.value.field == field


def test_a_form_is_read_with_the_usual_times() -> None:
    made = reception_of(RECEPTION, NOW)
    assert made.closes_at == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    assert (made.opens_at, made.places, made.begins) == (NOW, 10, time(9))
    said = {"question": "停水三天？", "answer": "不属实。", "source": "市水务局", "day": "2026-11-23"}
    assert clarification_of(said, NOW).until is None
    with pytest.raises(PublishRefused):
        clarification_of({**said, "until": "2026-11-20"}, NOW)


async def test_what_is_past_or_withdrawn_is_shown_no_more(town: Town) -> None:
    said = {
        "question": "停水三天？",
        "answer": "不属实。",
        "source": "市水务局",
        "day": "2026-11-23",
        "until": "2026-11-24",
    }
    draft = await town.office.write(clarification_of(said, NOW), by=EDITOR)
    kind = PublicationKind.CLARIFICATION
    assert await town.store.publications.shown(kind, NOW) == []
    published = await town.office.approve(draft, by=APPROVER)
    last = datetime(2026, 11, 24, 15, 59, tzinfo=UTC)
    assert [each.id for each in await town.store.publications.shown(kind, last)] == [draft.id]
    assert await town.store.publications.shown(kind, last + timedelta(minutes=1)) == []
    await town.office.withdraw(published, reason="", by=EDITOR)
    assert await town.store.publications.shown(kind, NOW) == []


async def test_who_booked_is_forgotten_at_their_wish_and_when_the_period_is_over(town: Town) -> None:
    day = await town.published()
    person = await town.person(1)
    await town.asks(person, day)
    booking, _ = await town.desk.book(day, name="李四", phone="13900139000", matter="物业", by=APPROVER)
    told = "\n".join(await bookings_told(town.store, person.id))
    assert all(words in told for words in ("张三丰", "13800138001", "物业乱收费", "第1号"))
    await town.desk.erase(booking, by=APPROVER, reason="本人要求")
    gone = await town.store.bookings.get(booking.id)
    assert (gone.name, gone.phone, gone.matter, gone.erased, gone.state) == ("", "", "", True, BookingState.CANCELLED)
    assert (await town.store.publications.get(day)).seats == (1,)
    assert await over_of(town.store, person.id, NOW) == []  # still to come: the door needs to know
    assert len(await over_of(town.store, person.id, NOW + timedelta(days=5))) == 1
    town.now = datetime(2027, 11, 26, 20, 0, tzinfo=UTC)  # four in the morning, a year and a day later
    nightly = RetentionJob(store=town.store, periods=Retention(), clock=lambda: town.now)
    assert (await nightly.look(asyncio.Event())).counts["bookings"] == 1
    assert await bookings_told(town.store, person.id) == []
    kept = await town.store.bookings.of_reception(day)
    assert [(each.seat, each.name, each.erased) for each in kept] == [(1, "", True), (2, "", True)]
