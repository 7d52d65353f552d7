"""A Rasa server as the engine: one turn over its REST channel, the state kept by us.

The state that was committed is the truth, and it is the embedded engine's. Before every message the conversation's
tracker in Rasa is set to the events of that state; afterwards what is new in it is taken over. So a turn that was
lost, repeated or given up leaves no trace in Rasa, whatever became of it there, and the two engines may take turns.
Rasa 3.6 and Rasa Pro speak this protocol (started with ``--enable-api``; its tracker store is of no consequence).
"""

import asyncio
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from random import Random
from typing import Any, Protocol

from .bot import Bot
from .contract import Engine, EngineTurn, Interpreter, Message, Parse, State
from .errors import DialogError
from .events import Event
from .payloads import read_payload
from .rasa_events import TURN, after_kept, for_rasa, from_rasa, unanswered
from .responses import Responses, message_of
from .state import Bound, dump, load
from .two_stage import TWO_STAGE

_PLAIN = re.compile(r"[\w.:@-]{1,200}", re.ASCII)
REST = "/webhooks/rest/webhook"


class RasaAway(DialogError):
    """The server did not answer this turn: ``reason`` is one word for logs and counters."""

    retryable = True
    sentence = "Rasa 服务器没有应答，本条消息已由内置引擎处理"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RasaHttp(Protocol):
    """The wire to the server; ``bot.rasa_client`` fulfils it."""

    async def call(self, method: str, path: str, *, body: Any = None) -> Any:
        """The JSON of the answer.

        Raises:
            RasaAway: no answer, or one that is none (an error status, no JSON).
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RasaLink:
    """How a Rasa server is reached. ``seconds`` bounds a turn.

    ``own_understanding``: free text is understood here (as with the embedded engine) and handed over as its meaning;
    else Rasa's own pipeline reads it. ``nonce`` gives a word that never comes twice, ``clock`` monotonic seconds.
    ``fell_back`` is told, with the reason, of each message that the server did not answer.
    """

    http: RasaHttp
    nonce: Callable[[], str]
    clock: Callable[[], float]
    fell_back: Callable[[str, Message], None]
    seconds: float = 3.0
    own_understanding: bool = True


class RasaEngine:
    """Fulfils ``contract.Engine`` and keeps nothing between turns, neither here nor in Rasa."""

    def __init__(self, *, bot: Bot, link: RasaLink, responses: Responses, interpreter: Interpreter | None) -> None:
        self._bot = bot
        self._link = link
        self._responses = responses
        self._interpreter = interpreter if link.own_understanding else None
        self._loops = frozenset({*bot.domain.forms, TWO_STAGE})
        self._bound = Bound.of(bot.domain, bot.rules)

    async def turn(self, state: State | None, message: Message) -> EngineTurn:
        """Answer one message.

        Raises:
            BadState: ``state`` is not one of ours.
            RasaAway: the server or its actions did not answer in time; nothing came of the turn.
        """
        tracker = load(state, self._bot.domain, self._loops)
        tracker.sender_id, tracker.channel = message.sender_id, message.channel
        parse = await self._understand(state, message)
        try:
            async with asyncio.timeout(self._link.seconds):
                new = await self._converse(for_rasa(tracker), message, parse)
        except TimeoutError:
            raise RasaAway("timeout") from None
        if missing := unanswered(new, self._bot.domain):
            raise RasaAway(f"action:{missing}")
        heard: Parse | None = None
        for event in from_rasa(new, message, parse, self._responses, tracker):
            tracker.update(event)
            heard = heard or (_parse_of(event) if event["event"] == "user" else None)
        kept = dump(tracker, self._bound)
        return EngineTurn(
            state=kept,
            messages=[message_of(event) for event in tracker.turn if event["event"] == "bot"],
            events=tracker.turn,
            intent=heard.intent if heard else None,
            by="rasa",
        )

    async def _understand(self, state: State | None, message: Message) -> Parse | None:
        """What we understood ourselves; None leaves it to Rasa."""
        if message.parse is not None:
            return message.parse
        if message.payload:
            return read_payload(message.payload, self._bot.domain)
        if self._interpreter and message.text:
            return await self._interpreter.parse(message.text, state=state)
        return None

    async def _converse(self, before: Sequence[Event], message: Message, parse: Parse | None) -> list[Event]:
        """Set the tracker, say the message, read what is new.

        Raises:
            RasaAway: no answer; or the tracker holds something else than this turn.
        """
        http, nonce = self._link.http, self._link.nonce()
        path = f"/conversations/{_key(message.sender_id)}/tracker"
        await http.call("PUT", f"{path}/events", body=list(before))
        await http.call("POST", REST, body=_said(message, parse, nonce))
        tracker = await http.call("GET", f"{path}?include_events=ALL")
        new = after_kept(tracker)
        turns = {(e.get("metadata") or {}).get(TURN) for e in new if e["event"] == "user"}
        if turns != {nonce}:
            raise RasaAway("interfered")
        return new


def _key(conversation: str) -> str:
    """The conversation's name in Rasa, which takes it from paths as it is written there."""
    return conversation if _PLAIN.fullmatch(conversation) else sha256(conversation.encode()).hexdigest()


def _said(message: Message, parse: Parse | None, nonce: str) -> dict[str, Any]:
    """The body for the REST channel. What we understood goes as a payload, the words go beside it."""
    metadata: dict[str, Any] = {**message.metadata, TURN: nonce, "channel": message.channel}
    if parse is None or parse.intent is None:
        text = message.text or message.payload
        # A typed slash must not be taken for a payload.
        written = "／" + text[1:] if text.startswith("/") and not message.payload else text
        return {"sender": _key(message.sender_id), "message": written, "metadata": metadata}
    metadata["text"] = message.text
    return {"sender": _key(message.sender_id), "message": payload_of(parse), "metadata": metadata}


def payload_of(parse: Parse) -> str:
    """A parse as a button would send it; roles and groups have no place there."""
    named: dict[str, list[Any]] = {}
    for entity in parse.entities:
        named.setdefault(entity.entity, []).append(entity.value)
    entities = {name: values if len(values) > 1 else values[0] for name, values in named.items()}
    shown = json.dumps(entities, ensure_ascii=False) if entities else ""
    base = str(parse.intent).split("/", 1)[0]
    return f"/{base}@{parse.confidence:.4f}{shown}"


def _parse_of(user: Mapping[str, Any]) -> Parse:
    intent = user["parse_data"]["intent"]
    return Parse(intent=intent.get("name"), confidence=float(intent.get("confidence") or 0.0))


@dataclass(slots=True)
class _Rest:
    """When the server is tried again: soon after one failure, ever later after several."""

    failures: int = 0
    until: float = 0.0

    def failed(self, now: float, longest: float) -> None:
        self.failures = min(self.failures + 1, 10)
        self.until = now + min(longest, 2.0 ** (self.failures - 1))


class WithFallback:
    """Runs a turn on ``first``; where that is away, on ``spare``, with a mark. Then it is left alone for a while."""

    def __init__(
        self,
        first: Engine,
        spare: Engine,
        *,
        clock: Callable[[], float],
        fell_back: Callable[[str, Message], None],
        longest_rest: float = 30.0,
    ) -> None:
        self._first = first
        self._spare = spare
        self._clock = clock
        self._fell_back = fell_back
        self._longest = longest_rest
        self._rest = _Rest()

    async def turn(self, state: State | None, message: Message) -> EngineTurn:
        """As ``contract.Engine``; ``EngineTurn.fell_back`` says why the spare answered."""
        reason = "resting"
        if self._clock() >= self._rest.until:
            try:
                done = await self._first.turn(state, message)
            except RasaAway as away:
                self._rest.failed(self._clock(), self._longest)
                reason = away.reason
            else:
                self._rest = _Rest()
                return done
        self._fell_back(reason, message)
        done = await self._spare.turn(state, message)
        return replace(done, fell_back=reason)


def rasa_engine(
    link: RasaLink, bot: Bot, embedded: Engine, interpreter: Interpreter | None, variation: Random | None = None
) -> Engine:
    """The server behind ``link``, with the embedded engine to fall back on."""
    responses = Responses(bot.domain, variation or Random())  # noqa: S311 - only wording hangs on it
    first = RasaEngine(bot=bot, link=link, responses=responses, interpreter=interpreter)
    return WithFallback(first, embedded, clock=link.clock, fell_back=link.fell_back)
