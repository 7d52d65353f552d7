"""The state of one conversation while a turn runs, and how each event changes it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .domain import Domain
from .events import LISTEN, SESSION_START, Event, intent_of
from .history import take_in
from .slot_specs import SlotSpec

# What the two-stage fallback asks for: the last three messages and rewinds.
_HEARD = 3


@dataclass(slots=True)
class Loop:
    """The active form (or other loop)."""

    name: str
    rejected: bool = False
    interrupted: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "rejected": self.rejected, "interrupted": self.interrupted}


@dataclass(slots=True)
class Situation:
    """Where a conversation stands, apart from its history. ``slots`` holds every slot of the domain."""

    slots: dict[str, Any]
    loop: Loop | None = None
    paused: bool = False
    followup: str | None = LISTEN
    latest_action: str | None = None
    latest_message: Event | None = None

    def copy(self) -> "Situation":
        loop = self.loop and Loop(self.loop.name, self.loop.rejected, self.loop.interrupted)
        return Situation(dict(self.slots), loop, self.paused, self.followup, self.latest_action, self.latest_message)

    def as_json(self, initial: Mapping[str, Any]) -> dict[str, Any]:
        """Plain JSON; slots that hold their initial value are left out."""
        slots = {k: v for k, v in self.slots.items() if v is not initial[k] and not same(v, initial[k])}
        return {
            "slots": slots,
            "loop": self.loop.as_json() if self.loop else None,
            "paused": self.paused,
            "followup": self.followup,
            "latest_action": self.latest_action,
            "latest_message": self.latest_message,
        }


def same(one: Any, other: Any) -> bool:
    """Whether two slot values are one and the same in JSON as well, where 1 is not true."""
    return one is other or (type(one) is type(other) and bool(one == other))


def apply(situation: Situation, event: Event, slots: Mapping[str, SlotSpec]) -> None:
    """What ``event`` does to the situation; rewinds and undos are the tracker's."""
    match event["event"]:
        case "action":
            _apply_action(situation, event["name"])
        case "user":
            situation.latest_message = event
            situation.followup = None
        case "slot":
            _apply_slot(situation, event, slots)
        case "reset_slots":
            situation.slots.update({name: spec.initial for name, spec in slots.items()})
        case "followup":
            situation.followup = event["name"]
        case "pause" | "resume" as kind:
            situation.paused = kind == "pause"
        case _:
            _apply_to_loop(situation, event)


def _apply_slot(situation: Situation, event: Event, slots: Mapping[str, SlotSpec]) -> None:
    name, value = event["name"], event["value"]
    if (spec := slots.get(name)) is not None:
        situation.slots[name] = spec.kept(value) if spec.type == "list" else value


def _apply_to_loop(situation: Situation, event: Event) -> None:
    match event["event"]:
        case "active_loop":
            situation.loop = Loop(event["name"]) if event["name"] else None
        case "loop_interrupted" if situation.loop:
            situation.loop.interrupted = bool(event["is_interrupted"])
        case "action_execution_rejected" if situation.loop and situation.loop.name == event["name"]:
            situation.loop.rejected = True


def _apply_action(situation: Situation, name: str) -> None:
    situation.latest_action = name
    situation.followup = None
    if situation.loop:
        situation.loop.interrupted = False
        if situation.loop.name == name:
            situation.loop.rejected = False


@dataclass(slots=True)
class Tracker:
    """A conversation. ``base`` is where it stood before the first event of ``applied``.

    ``acted`` counts the actions since the last wait for a message; ``heard`` holds the intents of the last
    messages since a restart (False for a rewind).
    """

    domain: Domain
    initial: Mapping[str, Any]
    loops: Collection[str]
    base: Situation | None
    now: Situation
    sender_id: str = ""
    channel: str = ""
    applied: list[Event] = field(default_factory=list)
    heard: list[Any] = field(default_factory=list)
    acted: int = 0
    before_turn: list[Event] = field(default_factory=list)
    turn: list[Event] = field(default_factory=list)

    def update(self, event: Event) -> None:
        """Log one event and let it take effect."""
        self.turn.append(event)
        if event["event"] == "slot":  # most are; they undo nothing
            self.applied.append(event)
            _apply_slot(self.now, event, self.domain.slots)
            return
        self._note(event)
        undone = take_in(self.applied, event, self.loops)
        if undone.cleared:
            self.base = None
            self.now = Situation(dict(self.initial))
            if event["event"] == "restart":
                self.now.followup = SESSION_START
        elif undone.rewound:
            self.now = self._replayed(self.applied)
        else:
            apply(self.now, event, self.domain.slots)

    def update_all(self, events: Iterable[Event]) -> None:
        for event in events:
            self.update(event)

    def fork(self, events: Iterable[Event] = ()) -> "Tracker":
        """A copy that goes its own way, with ``events`` logged to it."""
        forked = Tracker(
            self.domain,
            self.initial,
            self.loops,
            self.base,
            self.now.copy(),
            self.sender_id,
            self.channel,
            list(self.applied),
            list(self.heard),
            self.acted,
            self.before_turn,
            list(self.turn),
        )
        forked.update_all(events)
        return forked

    def start(self) -> Situation:
        """A copy of where the conversation stood before its first applied event."""
        return self.base.copy() if self.base else Situation(dict(self.initial))

    def rebase(self, count: int) -> None:
        """Forget the first ``count`` applied events; where they led to is kept."""
        self.base = self._replayed(self.applied[:count])
        del self.applied[:count]

    def _replayed(self, events: Iterable[Event]) -> Situation:
        situation = self.start()
        for event in events:
            apply(situation, event, self.domain.slots)
        return situation

    def _note(self, event: Event) -> None:
        match event["event"]:
            case "action":
                waits = event["name"] in {LISTEN, SESSION_START}
                self.acted = 0 if waits else self.acted + 1
            case "user":
                self.heard = [*self.heard, intent_of(event)][-_HEARD:]
            case "rewind":
                self.heard = [*self.heard, False][-_HEARD:]
            case "restart":
                self.heard = []

    @property
    def loop_name(self) -> str | None:
        return self.now.loop.name if self.now.loop else None

    @property
    def loop_rejected(self) -> bool:
        return self.now.loop is not None and self.now.loop.rejected

    @property
    def intent(self) -> str | None:
        return intent_of(self.now.latest_message)

    def slot(self, name: str) -> Any:
        return self.now.slots.get(name)

    def rejected_last(self) -> str | None:
        """The action that was rejected, where nothing ran since."""
        for event in reversed(self.turn):
            if event["event"] == "action":
                return None
            if event["event"] == "action_execution_rejected":
                return str(event["name"])
        return None

    def last_user(self) -> Event | None:
        """The last message among the applied events."""
        for event in reversed(self.applied):
            if event["event"] == "user":
                return event
        return self.base.latest_message if self.base else None

    def slots_since_message(self) -> list[Event]:
        """The ``slot`` events since the latest message of this turn."""
        slots: list[Event] = []
        for event in reversed(self.turn):
            if event is self.now.latest_message or event["event"] == "restart":
                break
            if event["event"] == "slot":
                slots.append(event)
        return slots[::-1]
