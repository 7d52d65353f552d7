"""What a dialog engine is asked and what it answers; both the embedded one and a Rasa server fulfil it.

The state of a conversation is plain JSON. Its shape is the engine's own but for two keys that every engine
keeps and others may read: ``slots`` (name to value, unset ones may be missing) and ``active_loop`` (the name
of the form that is running, or None).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

State = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A named value found in a message. ``start`` and ``end`` are character positions, where known."""

    entity: str
    value: Any = field(repr=False)
    role: str | None = None
    group: str | None = None
    start: int | None = None
    end: int | None = None
    extractor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentScore:
    """How sure the interpreter is of one intent, 0 to 1."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Parse:
    """What a message means. ``intent`` None: nothing was understood at all.

    A retrieval intent is named in full (``faq/deadline``): rules see its base name (``faq``), the response
    action ``utter_faq`` its whole. ``ranking`` holds the candidates, best first; it may be empty. ``by`` names what
    decided ("patterns", "light", "embeddings"), for whoever looks into it.
    """

    intent: str | None
    confidence: float = 1.0
    entities: tuple[Entity, ...] = ()
    ranking: tuple[IntentScore, ...] = ()
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing a person said.

    ``payload`` (``/intent{"entity": "value"}``) is set where a button of ours was tapped: it needs no
    interpreter. ``parse`` is set where the caller has understood the message already. ``text`` is what
    ``from_text`` slots take; where it is empty the payload stands in, as with Rasa.
    ``metadata`` is plain JSON and reaches the actions as ``tracker.latest_message["metadata"]``.
    """

    id: str
    text: str = field(repr=False)
    sender_id: str
    channel: str
    at: datetime
    payload: str = field(default="", repr=False)
    parse: Parse | None = field(default=None, repr=False)
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An action that raised (or took too long): it did nothing, and the conversation went on without it."""

    action: str
    error: Exception = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineTurn:
    """What became of one message.

    ``messages`` are the bot's answers in order: any of ``text``, ``buttons`` (``title``, ``payload``),
    ``image``, ``attachment``, ``custom`` (the ``json_message`` of an action, untouched), ``response`` (the
    name of the response it came from, where it came from one).
    ``events`` are the events of this turn as rasa-sdk writes them (``{"event": "slot", "name": …}``).
    ``intent`` is what the message was taken for; None: nothing. Where ``failures`` is not empty, the caller decides
    whether the turn counts (a store that was away: again, later) or an apology is due. ``by`` names the engine that
    ran it; ``fell_back`` says in one word why that was not the first one, where there are two.
    """

    state: State = field(repr=False)
    messages: Sequence[Mapping[str, Any]] = field(repr=False)
    events: Sequence[Mapping[str, Any]] = field(repr=False)
    intent: str | None = None
    failures: Sequence[Failure] = ()
    by: str = "embedded"
    fell_back: str = ""


class Interpreter(Protocol):
    """Understands free text. ``state`` is the conversation's as it was before this message."""

    async def parse(self, text: str, *, state: State | None) -> Parse: ...


class Engine(Protocol):
    """One turn at a time; no I/O but what the actions do. The caller orders the turns of a conversation."""

    async def turn(self, state: State | None, message: Message) -> EngineTurn:
        """Answer one message. ``state`` is that of the turn before, None at the first; it is left unchanged.

        Raises:
            BadState: the state is not one this engine wrote.
        """
        ...


def requested_slot(state: State | None) -> str | None:
    """The slot the active form last asked for; None outside forms."""
    if not state or not state.get("active_loop"):
        return None
    slot = (state.get("slots") or {}).get("requested_slot")
    return slot if isinstance(slot, str) else None
