"""The embedded engine: one turn, from a message to what is answered and kept.

Held to Rasa 3.6's own order of things by recorded conversations (docs/decisions/0007).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

import structlog
from rasa_sdk.interfaces import Action, ActionExecutionRejection

from .bot import Bot, check_actions
from .contract import EngineTurn, Interpreter, Message, Parse, State
from .custom_actions import CustomActions
from .events import LISTEN, SESSION_METADATA_SLOT, SESSION_START, Event, action, rejected, slot
from .payloads import read_payload, user_event
from .performing import Performer
from .prediction import Prediction, active_form, interrupts, predict
from .responses import Responses, message_of
from .state import Bound, dump, load
from .tracker import Tracker
from .two_stage import TWO_STAGE

# Rasa's own limit of actions on one message.
MAX_ACTIONS = 10
# Rejections do not count among them, but they are bounded too.
MAX_STEPS = 40


class EmbeddedEngine:
    """Runs a bot in this process; it fulfils ``contract.Engine`` and keeps nothing between turns.

    ``interpreter`` None: only payloads and messages that bring their parse are understood. ``action_seconds``
    bounds every single action. ``chance`` chooses among equal variations of a response.
    ``payloads_in_text``: a typed text may be a payload, as with Rasa. ``max_events`` bounds the kept history
    (None: ``state.MAX_EVENTS``, less where no session ends by itself).

    Raises:
        BotRefused: an action that rules, forms or slots call for is missing, or nobody declared one that is given.
    """

    def __init__(
        self,
        *,
        bot: Bot,
        actions: Sequence[Action],
        interpreter: Interpreter | None = None,
        chance: Random | None = None,
        action_seconds: float = 10.0,
        payloads_in_text: bool = True,
        max_events: int | None = None,
    ) -> None:
        self._bot = bot
        self._responses = Responses(bot.domain, chance or Random())  # noqa: S311 - only wording hangs on it
        self._custom = CustomActions(actions, bot.domain, self._responses, seconds=action_seconds)
        self._interpreter = interpreter
        self._payloads_in_text = payloads_in_text
        self._bound = Bound.of(bot.domain, bot.rules, max_events)
        self._loops = frozenset({*bot.domain.forms, TWO_STAGE})
        check_actions(bot, self._custom.names)

    async def turn(self, state: State | None, message: Message) -> EngineTurn:
        """Answer one message.

        Raises:
            BadState: ``state`` is not one this engine wrote.
        """
        tracker = load(state, self._bot.domain, self._loops)
        tracker.sender_id, tracker.channel = message.sender_id, message.channel
        parse = await self._understand(state, message)
        performer = Performer(self._bot.domain, self._custom, self._responses)
        run = _Run(self._bot, performer, tracker, message.at)
        await run.start_session(message)
        await run.hear(user_event(message, parse))
        await run.act()
        kept = dump(tracker, self._bound)
        return EngineTurn(
            state=kept,
            messages=[message_of(event) for event in tracker.turn if event["event"] == "bot"],
            events=tracker.turn,
            intent=parse.intent,
            failures=tuple(performer.failures),
        )

    async def _understand(self, state: State | None, message: Message) -> Parse:
        if message.parse is not None:
            return message.parse
        written = message.payload or (message.text if self._payloads_in_text else "")
        parse = read_payload(written, self._bot.domain)
        if parse is None and self._interpreter and message.text:
            parse = await self._interpreter.parse(message.text, state=state)
        return parse or Parse(intent=None, confidence=0.0)


class _Run:
    """One turn under way."""

    def __init__(self, bot: Bot, performer: Performer, tracker: Tracker, at: datetime) -> None:
        self._bot = bot
        self._performer = performer
        self._tracker = tracker
        self._at = at
        self._timestamp = at.timestamp()

    def log(self, events: Sequence[Event]) -> None:
        """Log events, stamped with the time of the turn."""
        for event in events:
            event["timestamp"] = self._timestamp
            self._tracker.update(event)

    async def start_session(self, message: Message) -> None:
        if not self._session_is_over():
            return
        if message.metadata:
            self.log([slot(SESSION_METADATA_SLOT, dict(message.metadata))])
        await self._execute(Prediction(SESSION_START))

    def _session_is_over(self) -> bool:
        if not self._tracker.applied:
            return True
        last, limit = self._tracker.last_user(), self._bot.domain.session_expires
        if last is None or limit is None:
            return False
        return self._at - datetime.fromtimestamp(last["timestamp"], UTC) > limit

    async def hear(self, user: Event) -> None:
        self._tracker.update(user)
        self.log(await self._performer.extract(self._tracker))

    async def act(self) -> None:
        """Run actions until one waits for the next message."""
        for _ in range(MAX_STEPS):
            if not self._may_act():
                return
            if self._tracker.acted >= MAX_ACTIONS:
                break
            prediction = self._next()
            await self._execute(prediction)
            if prediction.action in {LISTEN, SESSION_START}:
                return
        # Rasa would leave the conversation stuck here for good.
        structlog.get_logger().error("dialog.too_many_actions", action=self._tracker.now.latest_action)
        self.log([action(LISTEN)])

    def _may_act(self) -> bool:
        return not self._tracker.now.paused or self._tracker.intent == "restart"

    def _next(self) -> Prediction:
        followup = self._tracker.now.followup
        self._tracker.now.followup = None
        if followup and self._performer.exists(followup):
            return Prediction(followup)
        return predict(self._tracker, self._bot.rules)

    async def _execute(self, prediction: Prediction) -> None:
        name, tracker = prediction.action, self._tracker
        try:
            events = await self._events_of(prediction)
        except ActionExecutionRejection:
            self.log([rejected(name)])
            return
        except Exception as error:  # noqa: BLE001 - an action's fault must not end the conversation
            self._performer.note(name, error)
            events = []
        kinds = {event["event"] for event in events}
        if "action_execution_rejected" not in kinds:
            self.log([*prediction.events, action(name)])
        self.log(events)
        if "user" in kinds:
            self.log(await self._performer.extract(tracker))

    async def _events_of(self, prediction: Prediction) -> list[Event]:
        form = active_form(self._tracker)
        breaks_in = form and form.name == prediction.action and self._tracker.now.latest_action == LISTEN
        if breaks_in and interrupts(self._tracker):
            raise ActionExecutionRejection(prediction.action)
        seen = self._tracker.fork(prediction.events) if prediction.events else self._tracker
        return await self._performer.perform(prediction.action, seen)
