"""A case as a page shows it: names, phones and texts masked until somebody asks, with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from bot import masking
from bot.casework.by_hand import BY_HAND
from bot.casework.staffwork import URGENCIES
from bot.delivery.reasons import sentence
from storage.cases import Actor, ActorKind, Assignment, Case, EntryKind, TimelineEntry
from storage.clocks import CaseClock, Light
from storage.records import OutboxEntry

CHANNELS: Mapping[str, str] = MappingProxyType(
    {"wechat": "微信", "sms": "短信", "weibo": "微博", **BY_HAND, "api": "其他系统", "console": "窗口"}
)
STATES: Mapping[str, str] = MappingProxyType(
    {
        "queued": "等待发送",
        "sending": "正在发送",
        "sent": "已发出",
        "merged": "已并入后一条回复",
        "delivered": "已送达",
        "failed": "没有送达",
        "dead": "发送失败，待人工处理",
    }
)
_NAMED = {"demo": "演示系统"}
"""What the demo's token is called in its settings: the cases that are there at first were filed with it."""
_ACTORS = {ActorKind.RESIDENT: "来信人", ActorKind.BOT: "机器人", ActorKind.SYSTEM: "系统"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A case in a list."""

    number: str
    title: str = field(repr=False)
    state: str
    type: str
    category: str
    district: str
    urgency: str
    channel: str
    at: datetime
    units: str
    light: Light | None
    due_at: datetime | None
    stage: str
    confidential: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An entry of the timeline, and what people were told of it."""

    at: datetime
    who: str = field(repr=False)
    what: str
    note: str = field(repr=False)
    public: bool
    told: Sequence["Told"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message about a step: which way it went, and what became of it."""

    channel: str
    state: str
    text: str = field(repr=False)
    ways: Sequence[str] = ()
    maybe_twice: bool = False


def line(case: Case, now: datetime, *, unit: str = "") -> Line:
    """``unit``: the viewer's, whose own date stands in place of the case's limit where it comes first."""
    clock, own = case.next_clock, own_date(case, unit)
    first = own is not None and own.due_at is not None and (clock is None or own.due_at < (clock.due_at or own.due_at))
    return Line(
        number=case.number,
        title=masking.text(case.title, person=case.filer.name),
        state=case.state.label,
        type=case.type,
        category=case.category,
        district=case.district,
        urgency="" if case.urgency == "normal" else URGENCIES.get(case.urgency, case.urgency),
        channel=CHANNELS.get(case.source.channel, case.source.channel),
        at=case.created_at,
        units="、".join(each.unit for each in case.leads),
        light=own.light(now) if own and first else light_of(case, now),
        due_at=own.due_at if own and first else clock.due_at if clock else None,
        stage="本单位" if first else clock.stage.label if clock else "",
        confidential=case.confidential,
    )


def own_date(case: Case, unit: str) -> Assignment | None:
    """What ``unit`` has to answer by a day of its own."""
    return next((each for each in case.dated if unit and each.unit_id == unit), None)


def light_of(case: Case, now: datetime) -> Light | None:
    """The light that a list shows: that of the clock due first; paused where all are; None where nothing runs."""
    clock = case.next_clock
    if clock is not None:
        return clock.light(now)
    return Light.PAUSED if any(each.paused and each.stopped_at is None for each in case.clocks) else None


def clocks(case: Case, now: datetime) -> Sequence[tuple[CaseClock, Light]]:
    return [(clock, clock.light(now)) for clock in case.clocks]


def words(case: Case, text: str, *, full: bool) -> str:
    """Free words of a case."""
    return text if full else masking.text(text, person=case.filer.name)


def steps(case: Case, entries: Sequence[TimelineEntry], sent: Sequence[OutboxEntry], *, full: bool) -> list[Step]:
    """The timeline, the newest first."""
    return [_step(case, entry, [each for each in sent if each.case_seq == entry.seq], full=full) for entry in entries][
        ::-1
    ]


def system(name: str) -> str:
    """What another system is called, of the name of its token."""
    return _NAMED.get(name, name)


def who(actor: Actor) -> str:
    """Who did something, as staff read it."""
    return system(actor.name) if actor.kind is ActorKind.STAFF else _ACTORS.get(actor.kind, "")


def _step(case: Case, entry: TimelineEntry, sent: Sequence[OutboxEntry], *, full: bool) -> Step:
    moved = entry.kind is EntryKind.MOVED and entry.to_state is not None
    return Step(
        at=entry.at,
        who=who(entry.actor),
        what=entry.to_state.label if moved and entry.to_state else entry.kind.label,
        note=words(case, entry.note, full=full),
        public=entry.public,
        told=[_told(each, full=full) for each in sent],
    )


def _told(entry: OutboxEntry, *, full: bool) -> Told:
    hidden = masking.told_code(entry.text)
    return Told(
        channel=CHANNELS.get(entry.address.channel, entry.address.channel),
        state=STATES[entry.state],
        text=hidden if full else masking.text(hidden),
        ways=[
            f"{CHANNELS.get(way.channel, way.channel)}：{'采用' if way.taken else '没有采用'}，{sentence(way.reason)}"
            for way in entry.decision
        ],
        maybe_twice=entry.maybe_twice,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFiler:
    """The filer, masked or in full."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    id_number: str = field(repr=False)
    address: str = field(repr=False)
    on_behalf_of: str = field(repr=False)


def filer(case: Case, *, full: bool) -> ShownFiler:
    who = case.filer
    if full:
        return ShownFiler(
            name=who.name,
            phone=who.phone,
            id_number=who.id_number,
            address=who.address,
            on_behalf_of=who.on_behalf_of,
        )
    return ShownFiler(
        name=masking.name(who.name),
        phone=masking.phone(who.phone),
        id_number=masking.id_number(who.id_number),
        address=masking.address(who.address),
        on_behalf_of=masking.name(who.on_behalf_of),
    )
