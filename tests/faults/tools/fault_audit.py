"""What must hold when all is over, told line by line where it does not."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fault_people import Said, Talker
from fault_platforms import Shown
from fault_settling import left
from residents import NUMBER

from channels.messages import Address, Outbound, Via
from channels.wechat.rendering import rendered as wechat_text
from channels.weibo.rendering import parts as weibo_parts
from storage.cases import Case, EntryKind
from storage.conversations import conversation_id
from storage.records import ArrivalState, ArrivedMessage, DeliveryState, OutboxEntry
from storage.store import Store

MOST = 5_000
ADDING = "补充："
FAR = datetime.max.replace(tzinfo=UTC)
LONELY, SAME_MOMENT = timedelta(seconds=4.5), timedelta(seconds=1)
_ENDED = {DeliveryState.SENT, DeliveryState.DELIVERED}


@dataclass
class Figures:
    """What was counted."""

    messages: int = 0
    pushes: int = 0
    turns: int = 0
    cases: int = 0
    moves: int = 0
    entries: int = 0
    passive: int = 0
    maybe_twice: int = 0
    shown_twice: int = 0
    overtaken: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        told = {name: value for name, value in vars(self).items() if name != "wrong"}
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in told.items())


@dataclass(frozen=True, kw_only=True)
class Auditor:
    """``moved``: the cases that staff moved, each once. By the logs, ``kept``: when each arrival came into the store;
    ``heard``: how many messages the turns of each conversation heard.
    """

    store: Store
    talkers: Sequence[Talker]
    shown: Sequence[Shown]
    moved: Sequence[str] = ()
    kept: Mapping[str, datetime] = field(default_factory=dict)
    heard: Mapping[str, int] = field(default_factory=dict)

    async def audit(self) -> Figures:
        """Of everybody and everything; ``talkers`` are all who ever talked."""
        figures = await self.people()
        figures.wrong += [wrong async for wrong in self._left()]
        return figures

    async def people(self) -> Figures:
        """Of the talkers alone."""
        figures = Figures(moves=len(self.moved))
        for talker in self.talkers:
            found = [wrong async for wrong in self._of(talker, figures)]
            figures.wrong += [f"{talker.sender} ({talker.wire.channel}): {wrong}" for wrong in found]
        return figures

    async def _of(self, talker: Talker, figures: Figures) -> Any:
        address = Address(channel=talker.wire.channel, account="main", sender=talker.sender)
        key = conversation_id(self.store.vault, address)
        arrived = await self.store.inbox.onward(key, limit=MOST)
        entries = await self.store.outbox.onward(key, limit=MOST)
        figures.messages += len(talker.said)
        figures.pushes += sum(said.pushes for said in talker.said)
        figures.turns += len({one.turn_id for one in arrived})
        done = await self._done(key)
        heard = sorted(arrived, key=lambda one: done.get(one.id, FAR))
        order = list(self._order(arrived, done))
        overtaken = sum(not wrong for wrong in order)
        figures.overtaken += overtaken
        once = await self._once(key, arrived, entries)
        for wrong in (*_turns(talker.said, arrived), *filter(None, order), *_replies(talker.said), *once):
            yield wrong
        for wrong in self._sent(talker, entries, figures):
            yield wrong
        async for wrong in self._case(talker, key, figures, [one.message.text for one in heard]):
            if not overtaken or not wrong.startswith("cases "):
                yield wrong

    def _order(self, arrived: Sequence[ArrivedMessage], done: Mapping[str, datetime]) -> Iterator[str]:
        """What was heard before one that had come earlier; "": as the spool's page allows it (docs/decisions/0027).

        That is where the earlier one had lain for long in a spool whose process alone saw no MongoDB.
        """
        for place, later in enumerate(arrived):
            heard = done.get(later.id, FAR)
            for earlier in (one for one in arrived[:place] if done.get(one.id, FAR) > heard):
                kept = self.kept.get(earlier.id, earlier.arrived_at)
                lonely = kept - earlier.arrived_at >= LONELY and heard <= kept + SAME_MOMENT
                yield "" if lonely else f"heard before {earlier.message.text}: {later.message.text}"

    async def _once(self, key: str, arrived: Sequence[ArrivedMessage], entries: Sequence[OutboxEntry]) -> Sequence[str]:
        """Whether two processes heard one message: a second turn leaves its mark even where it changed no arrival."""
        turns = len({one.turn_id for one in arrived})
        found = await self.store.database["conversations"].find({"_id": key}, limit=1)
        versions = [each["version"] for each in found if each["version"] != turns]
        wrong = [f"{turns} turns made {version} versions of the conversation" for version in versions]
        # A process that dies after its commit tells of no turn: fewer are lawful, more are not.
        if (heard := self.heard.get(key, 0)) > len(arrived):
            wrong.append(f"turns tell of {heard} messages, {len(arrived)} arrived")
        made = Counter((one.reply_to, one.case_number, one.case_seq, one.text) for one in entries)
        twice = {key: count for key, count in made.items() if count > 1}
        return [*wrong, *(f"made {count} times, in answer to {key[0]}: {key[3][:60]}" for key, count in twice.items())]

    async def _done(self, key: str) -> Mapping[str, datetime]:
        """When each message of a conversation had its turn."""
        found = await self.store.database["arrivals"].find({"conversation_id": key}, limit=MOST)
        return {str(each["_id"]): each["done_at"] for each in found if "done_at" in each}

    async def _case(self, talker: Talker, key: str, figures: Figures, heard: Sequence[str]) -> Any:
        """One case, of which they were told no other number, with all that they added, in order and once."""
        cases = await self._cases(key)
        figures.cases += len(cases)
        numbers = {found for one in self._phone(talker) for found in NUMBER.findall(one.text)}
        if [case.number for case in cases] != sorted(numbers) or len(cases) != 1:
            read = [one.text[:80] for one in self._phone(talker)[:4]]
            yield f"cases {[case.number for case in cases]}, told {sorted(numbers)}; they read at first: {read}"
        for case in cases[:1]:
            entries = await self.store.cases.timeline(case.number, limit=MOST)
            added = [entry.note for entry in entries if entry.kind is EntryKind.ADDED]
            said = [text.removeprefix(ADDING) for text in heard if text.startswith(ADDING)]
            if added != said:
                yield f"added {_apart(said, added)} to {case.number}"
            moves = sum(entry.kind is EntryKind.MOVED for entry in entries)
            if moves != self.moved.count(case.number):
                yield f"{case.number} was moved {moves} times, not {self.moved.count(case.number)}"

    async def _cases(self, key: str) -> Sequence[Case]:
        return sorted(await self.store.cases.of_conversation(key), key=lambda case: case.number)

    def _phone(self, talker: Talker) -> Sequence[Shown]:
        """What the person has read: each passive reply once, however often it was given."""
        channel = talker.wire.channel
        passive = [
            Shown(channel=channel, person=talker.sender, text=said.replies[0], key=f"passive:{place}")
            for place, said in enumerate(talker.said)
            if said.replies
        ]
        return [*passive, *(one for one in self.shown if (one.channel, one.person) == (channel, talker.sender))]

    def _sent(self, talker: Talker, entries: Sequence[OutboxEntry], figures: Figures) -> Iterator[str]:
        """Each entry has left and was read once; twice only where it is marked so."""
        told = _TOLD[talker.wire.channel]
        read = Counter(one.key if talker.wire.channel == "sms" else one.text for one in self._phone(talker))
        least, most = Counter[str](), Counter[str]()
        for entry in entries:
            figures.entries += 1
            figures.passive += entry.via is Via.PASSIVE
            figures.maybe_twice += entry.maybe_twice
            if entry.state not in _ENDED:
                yield f"entry {entry.id} is {entry.state}: {entry.reason}"
            for text in told(entry):
                least[text] += 1
                most[text] += 1 + entry.maybe_twice
        for text in least | read:
            figures.shown_twice += max(0, read[text] - least[text])
            if not least[text] <= read[text] <= most[text]:
                yield f"read {read[text]} times, not {least[text]} to {most[text]}: {text[:60]}"

    async def _left(self) -> Any:
        for collection, count in (await left(self.store, most=MOST)).items():
            yield f"{count} of {collection} are left"
        everybody = await self.store.database["cases"].count({}, limit=MOST)
        filed = sum(any(said.text == "确认" for said in talker.said) for talker in self.talkers)
        if everybody != filed:
            yield f"{everybody} cases of {filed} people"


def _turns(said: Sequence[Said], arrived: Sequence[ArrivedMessage]) -> Iterator[str]:
    kept = Counter(one.message.text for one in arrived)
    for one in said:
        if kept[one.text] != 1:
            yield f"kept {kept[one.text]} times: {one.text}"
    turns = Counter(one.turn_id for one in arrived)
    for one in arrived:
        if one.state is not ArrivalState.DONE or turns[one.turn_id] != 1:
            yield f"{one.state} ({one.reason}), with {turns[one.turn_id]} in its turn: {one.message.text}"
    if [one.text for one in said] != [one.message.text for one in arrived]:
        yield f"arrived in another order: {_apart([one.text for one in said], [one.message.text for one in arrived])}"


def _replies(said: Sequence[Said]) -> Iterator[str]:
    for one in said:
        if len(set(one.replies)) > 1:
            yield f"{len(set(one.replies))} different replies to one message: {one.text}"


def _apart(expected: Sequence[str], found: Sequence[str]) -> str:
    """Where two lists part."""
    place = next((place for place, pair in enumerate(zip(expected, found, strict=False)) if pair[0] != pair[1]), None)
    place = min(len(expected), len(found)) if place is None else place
    return f"{len(found)} of {len(expected)}; from {place} on {list(found[place : place + 3])}, not {list(expected[place : place + 3])}"


def _outbound(entry: OutboxEntry) -> Outbound:
    return Outbound(
        id=entry.id, address=entry.address, via=Via.DIRECT, text=entry.text, buttons=entry.buttons, url=entry.url
    )


_TOLD: Mapping[str, Callable[[OutboxEntry], Sequence[str]]] = {
    "wechat": lambda entry: [wechat_text(_outbound(entry), tap_links=False)],
    "weibo": lambda entry: weibo_parts(_outbound(entry)),
    "sms": lambda entry: [entry.id],
}
"""By what a message is known on the phone: its text, or the id that the gateway was given."""
