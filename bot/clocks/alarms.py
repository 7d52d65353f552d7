"""A light that turns yellow or red is told to whoever works on the case and to whoever watches over them, once.

That it changed is noted in the case and kept for the desk in one commit, which holds on the version that was read: of
several workers one notes it, and whoever died before noting it noted nothing. Messages go out besides, to the members
whose phone is known, in the office's hours; where life is in danger at once. What changed together is one message.
"""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from bot.clocks.calendar import WorkCalendar
from bot.clocks.recipients import told_of
from bot.kick import Kick
from bot.local_time import at
from bot.periodic import repeatedly
from channels.base import Channel, Clock
from channels.messages import Address, Purpose
from channels.sms.numbers import NotANumber, canonical, is_mainland_mobile
from storage.cases import Actor, ActorKind, Assignment, Case, EntryKind, TimelineEntry
from storage.clocks import CaseClock, Light, Stage
from storage.errors import Conflict
from storage.light_changes import LightChange, LightChanges
from storage.records import Conversation, OutboxEntry
from storage.staff import Member
from storage.store import Store

NOTICE = "light"
"""The kind of notice that a gateway of templates may have one for."""
_LOOK_S = 15.0
_CASES = 200
_CHANGES = 500
_TOLD = (Light.YELLOW, Light.RED)
_SMS = "sms"
_SYSTEM = Actor(kind=ActorKind.SYSTEM)


class Alarms:
    """Looks at the lights, and tells of them. Any number of workers may."""

    def __init__(
        self,
        *,
        store: Store,
        channels: Mapping[tuple[str, str], Channel],
        clock: Clock,
        calendar: WorkCalendar,
        kick: Kick,
    ) -> None:
        self._store = store
        self._channels = channels
        self._clock = clock
        self._calendar = calendar
        self._kick = kick
        self._changes = LightChanges(store.database)
        self._begun = False

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``."""
        await repeatedly(self.look, stop, name="alarms", seconds=_LOOK_S)

    async def look(self) -> None:
        """Note what changed, and send what may be sent now.

        Raises:
            StorageError: some of it was not done; look again.
        """
        if not self._begun:
            await self._store.cases.begin_alarms()
            self._begun = True
        while found := await self._store.cases.alarmed(self._clock(), _CASES):
            if not sum([await self._note(case) for case in found]):
                break
        await self._send()

    async def _note(self, case: Case) -> bool:
        """Note the lights of ``case`` that changed; False where somebody else changed the case meanwhile."""
        now = self._clock()
        clocks = [clock for clock in case.clocks if (due := clock.alarm_at) is not None and due < now]
        units = [each for each in case.dated if (due := each.alarm_at) is not None and due < now]
        if not clocks and not units:
            return False
        told: dict[str, Any] = {
            "clocks": tuple(replace(each, told_at=now) if each in clocks else each for each in case.clocks),
            "assignments": tuple(replace(each, told_at=now) if each in units else each for each in case.assignments),
        }
        entry = TimelineEntry(at=now, actor=_SYSTEM, kind=EntryKind.LIGHT, note=_noted(clocks, units, now))
        changes = _changes(case, clocks, units, now)
        try:
            await self._store.committer.commit(
                [*self._store.cases.append(case, entry, **told), *map(self._changes.add, changes)]
            )
        except Conflict:
            return False
        for each in changes:
            structlog.get_logger().info("case.light_changed", case=case.number, light=each.light.value, unit=each.unit)
        return True

    async def _send(self) -> None:
        now = self._clock()
        changes = await self._changes.untold(critical_alone=not self._calendar.is_open(now), limit=_CHANGES)
        if not changes:
            return
        entries = await self._entries(changes, now)
        done = [self._changes.told(each) for each in changes]
        try:
            await self._store.committer.commit([*done, *map(self._store.outbox.put, entries)])
        except Conflict:  # another worker sent some of them at this moment: what is left is sent at the next look
            return
        if entries:
            structlog.get_logger().info("alarms.sent", changes=len(changes), messages=len(entries))
            await self._kick([entry.id for entry in entries])

    async def _entries(self, changes: Sequence[LightChange], now: datetime) -> Sequence[OutboxEntry]:
        """One message for each member and what is theirs of ``changes``; none of what was settled meanwhile."""
        members = [each for each in await self._store.staff.all() if each.active and _mobile(each)]
        tree = await self._store.units.tree()
        of_member: dict[str, list[LightChange]] = defaultdict(list)
        for change in changes:
            if await self._still(change, now):
                for member in told_of(change, members, tree):
                    of_member[member.id].append(change)
        places = {member.id: await self._place(member, now) for member in members if member.id in of_member}
        return [_entry(place, of_member[each], now) for each, place in places.items() if place is not None]

    async def _still(self, change: LightChange, now: datetime) -> bool:
        case = await self._store.cases.get(change.case_number)
        if case is None:
            return False
        if change.unit:
            return any(each.unit_id == change.unit and each.light(now) in _TOLD for each in case.dated)
        return any(clock.stage is change.stage and clock.light(now) in _TOLD for clock in case.clocks)

    async def _place(self, member: Member, now: datetime) -> Conversation | None:
        """Where a member is reached: on the official account, where they proved that phone there and a template is
        set; else by a text; None: nowhere.
        """
        contact = await self._store.contacts.of_phone(_mobile(member))
        kin = await self._store.contacts.conversations(contact.id) if contact else ()
        for each in await self._store.conversations.get_many(kin):
            channel = self._channels.get((each.address.channel, each.address.account))
            known = channel is not None and NOTICE in channel.capabilities.notices
            if known and each.reachable and each.address.channel != _SMS:
                return each
        account = self._account()
        if account is None:
            return None
        address = Address(channel=_SMS, account=account, sender=_mobile(member))
        return await self._store.conversations.ensure(address, now=now)

    def _account(self) -> str | None:
        for (name, account), channel in self._channels.items():
            if name == _SMS and (channel.capabilities.free_text or NOTICE in channel.capabilities.notices):
                return account
        return None


def words_of(changes: Iterable[LightChange]) -> str:
    """What changed, counted, each with one number: a text message has little room."""
    said = []
    for light, label in ((Light.RED, "已超期"), (Light.YELLOW, "临近期限")):
        numbers = list(dict.fromkeys(each.case_number for each in changes if each.light is light))
        if numbers:
            said.append(f"{label}{len(numbers)}件（{numbers[0]}{'等' if len(numbers) > 1 else ''}）")
    return "，".join(said)


def _entry(place: Conversation, changes: Sequence[LightChange], now: datetime) -> OutboxEntry:
    counted = words_of(changes)
    facts = {"title": "诉求期限提醒", "state": counted, "time": at(now), "note": "请登录诉求办理系统处理"}
    return OutboxEntry(
        id=uuid.uuid4().hex,
        conversation_id=place.id,
        address=place.address,
        purpose=Purpose.ALARM,
        text=f"诉求期限提醒：{counted}。请登录诉求办理系统处理。",
        created_at=now,
        due_at=now,
        notice=NOTICE,
        fields={"number": changes[0].case_number, **facts},
    )


def _changes(
    case: Case, clocks: Sequence[CaseClock], units: Sequence[Assignment], now: datetime
) -> Sequence[LightChange]:
    """One for the clocks of the case, the worst; and one for each unit whose own date it is."""
    every = LightChange(
        id=f"{case.number}:{case.last_seq + 1}",
        case_number=case.number,
        stage=Stage.ANSWER,
        light=Light.RED,
        at=now,
        due_at=now,
        units=case.units,
        critical=case.urgency == "critical",
        accusation=case.accusation,
    )
    found = [
        replace(
            every,
            id=f"{every.id}:{each.unit_id}",
            light=each.light(now) or Light.RED,
            due_at=each.due_at or now,
            units=(each.unit_id,),
            unit=each.unit_id,
        )
        for each in units
    ]
    if clocks:
        worst = min(clocks, key=lambda clock: (clock.light(now) is not Light.RED, clock.due_at or now))
        found.append(replace(every, stage=worst.stage, light=worst.light(now), due_at=worst.due_at or now))
    return found


def _noted(clocks: Sequence[CaseClock], units: Sequence[Assignment], now: datetime) -> str:
    of_case = [f"{each.stage.label}{each.light(now).label}，截止 {at(each.due_at)}" for each in clocks]
    lights = [(each, each.light(now) or Light.RED) for each in units]
    of_units = [f"{each.unit}回复{light.label}，截止 {at(each.due_at)}" for each, light in lights if each.due_at]
    return "；".join([*of_case, *of_units])


def _mobile(member: Member) -> str:
    try:
        phone = canonical(member.phone)
    except NotANumber:
        return ""
    return phone if is_mainland_mobile(phone) else ""
