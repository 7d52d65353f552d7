"""What the actions know of the world, and how they speak. Handed in once; nothing here writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogs.faq.search import Answers
from dialogs.nlu.gazetteer import Gazetteer
from dialogs.nlu.matter import Categories
from dialogs.ports import Cases, Randomness
from dialogs.receptions import NoReceptions, Receptions
from dialogs.subscriptions import NoSubscriptions, Subscriptions
from dialogs.understanding import Understanding

OFFICE_TIME = ZoneInfo("Asia/Shanghai")
"""What the office's clocks and calendars show."""
CONSENT_VERSION = "2026-11"
"""The version of the privacy notice that a confirmation agrees to; change it with the notice's wording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Whose bot this is. ``hotline`` is the number people may call at any hour."""

    name: str = "某市信访局"
    hotline: str = "12345"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The ports and the knowledge that actions read."""

    cases: Cases
    chance: Randomness
    office: Office
    answers: Answers
    categories: Categories
    understanding: Understanding = field(default_factory=Understanding)
    gazetteer: Gazetteer = field(default_factory=lambda: Gazetteer.of({}))
    receptions: Receptions = field(default_factory=NoReceptions)
    subscriptions: Subscriptions = field(default_factory=NoSubscriptions)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The message that an action answers, out of the tracker. ``danger``: it only perhaps speaks of danger.

    ``scanned``: the place of the QR code that was scanned before it. ``room``: the longest answer; 0: as it takes.
    ``number_known``: it was texted from a mobile number that can be called.
    """

    text: str = field(repr=False)
    intent: str
    entities: Mapping[str, Any] = field(repr=False)
    conversation_id: str
    message_ids: tuple[str, ...]
    at: datetime
    attachments: tuple[Mapping[str, str], ...]
    location: Mapping[str, Any] | None = field(repr=False)
    first_contact: bool = False
    channel: str = ""
    danger: bool = False
    scanned: str = field(default="", repr=False)
    room: int = 0
    number_known: bool = False

    def entity(self, name: str) -> str:
        return str(self.entities.get(name) or "")

    @property
    def by_sms(self) -> bool:
        """Whether it came by text: from a phone that shows little, and whose number may be forged or given on."""
        return self.channel == "sms"


def turn_of(tracker: Tracker) -> Turn:
    message = tracker.latest_message
    metadata = message.get("metadata") or {}
    text = metadata.get("text", message.get("text")) or ""  # beside a payload, where an engine sent its meaning
    intent = str((message.get("intent") or {}).get("name") or "")
    at = metadata.get("at")
    return Turn(
        text="" if text.startswith(f"/{intent}") else text,  # a payload is no text; what is typed with a slash is
        intent=intent,
        entities={e["entity"]: e["value"] for e in message.get("entities") or ()},
        conversation_id=str(metadata.get("conversation_id") or tracker.sender_id),
        message_ids=tuple(metadata.get("message_ids") or (str(message.get("message_id") or "message"),)),
        at=datetime.fromisoformat(at) if at else datetime.now(UTC),
        attachments=tuple(metadata.get("attachments") or ()),
        location=metadata.get("location"),
        first_contact=bool(metadata.get("first_contact")),
        channel=str(tracker.get_latest_input_channel() or ""),
        danger=bool(metadata.get("danger")),
        scanned=str(metadata.get("scanned") or ""),
        room=int(metadata.get("room") or 0),
        number_known=bool(metadata.get("number_known")),
    )


def say(
    dispatcher: CollectingDispatcher, response: str, *, buttons: Sequence[tuple[str, str]] = (), **words: Any
) -> None:
    """Say the response of that name; ``buttons`` are (title, payload)."""
    shown = [{"title": title, "payload": payload} for title, payload in buttons]
    dispatcher.utter_message(response=response, buttons=shown or None, **words)


def effect(dispatcher: CollectingDispatcher, kind: str, **fields: Any) -> None:
    """Ask for a change: it rides out beside the answers and is made by the turn that commits them."""
    dispatcher.utter_message(json_message={"effect": {"kind": kind, **fields}})


def in_form(tracker: Tracker) -> bool:
    return bool((tracker.active_loop or {}).get("name"))


def digresses(turn: Turn, domain: dict[str, Any], form: str) -> bool:
    """Whether the message is none for the form: it is answered by a rule, then the form asks again."""
    return turn.intent in (domain.get("forms", {}).get(form, {}).get("ignored_intents") or ())


def hush(tracker: Tracker) -> list[Any]:
    """Keep the form from asking right after this: something else was asked, or said that must stand alone."""
    return [SlotSet("quiet", True)] if in_form(tracker) else []


def numbered(choices: Sequence[str]) -> str:
    """``1 确认　2 修改``: what a phone without buttons shows."""
    return "　".join(f"{n} {choice}" for n, choice in enumerate(choices, 1))


def clipped(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
