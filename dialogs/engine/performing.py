"""Running an action by its name: a custom one, a form, a response, or one of Rasa's defaults."""

from collections.abc import Callable
from typing import Any

import structlog

from .contract import Failure
from .custom_actions import CustomActions
from .domain import Domain
from .events import (
    LISTEN,
    NLU_FALLBACK,
    OUT_OF_SCOPE,
    REQUESTED_SLOT,
    SESSION_START,
    Event,
    action,
    active_loop,
    plain,
    slot,
)
from .forms import FormRun
from .prediction import FALLBACK
from .responses import Responses, bot_event
from .slots import extract_slots
from .tracker import Tracker
from .two_stage import ASK_AFFIRMATION, ASK_REPHRASE, TWO_STAGE, run_two_stage

DEFAULT_ACTIONS = (
    LISTEN,
    SESSION_START,
    FALLBACK,
    TWO_STAGE,
    ASK_AFFIRMATION,
    ASK_REPHRASE,
    "action_restart",
    "action_back",
    "action_deactivate_loop",
)


class Performer:
    """Runs the actions of one turn; ``failures`` gathers those that raised."""

    def __init__(self, domain: Domain, custom: CustomActions, responses: Responses) -> None:
        self._domain = domain
        self._custom = custom
        self._responses = responses
        self.failures: list[Failure] = []

    async def perform(self, name: str, tracker: Tracker) -> list[Event]:
        """The events of action ``name``; it logs nothing to ``tracker`` itself.

        Raises:
            ActionExecutionRejection: the action, or the form, declined.
            Exception: what a custom action raised.
        """
        if self._is_custom(name):
            return await self._custom.run(name, tracker)
        if name in self._domain.forms:
            form = self._domain.forms[name]
            return await FormRun(form, self.perform, self.attempt, self.knows).run(tracker)
        if name.startswith("utter_"):
            return self._responses.said(name, tracker)
        return await self._default(name, tracker)

    async def attempt(self, name: str, tracker: Tracker) -> list[Event] | None:
        """As ``perform`` of a custom action; None where it failed, which is noted."""
        if not self._is_custom(name):
            return None
        try:
            return await self._custom.run(name, tracker)
        except Exception as error:  # noqa: BLE001 - an action's fault must not end the conversation
            self.note(name, error)
            return None

    def note(self, name: str, error: Exception) -> None:
        self.failures.append(Failure(action=name, error=error))
        log = structlog.get_logger()
        log.error("dialog.action_failed", action=name, error=type(error).__name__)

    def knows(self, name: str) -> bool:
        """Whether the domain has an action or a response of this name."""
        return name in self._domain.actions or name in self._domain.responses

    async def extract(self, tracker: Tracker) -> list[Event]:
        return await extract_slots(tracker, self.attempt)

    def exists(self, name: str) -> bool:
        """Whether an action of this name can run at all."""
        return (
            self._is_custom(name) or name in self._domain.forms or name in DEFAULT_ACTIONS or self._responses.has(name)
        )

    def _is_custom(self, name: str) -> bool:
        return name in self._domain.actions and name in self._custom.names

    async def _default(self, name: str, tracker: Tracker) -> list[Event]:
        if name == TWO_STAGE:
            return await run_two_stage(tracker, self.perform)
        if name == ASK_AFFIRMATION:
            return [_ask_affirmation(tracker)]
        run = _DEFAULTS.get(name)
        said = self._responses.said(_SAYINGS[name], tracker) if name in _SAYINGS else []
        return said + (run(tracker) if run else [])


def session_start(tracker: Tracker) -> list[Event]:
    """A session begins; the slots of the one before are carried over where the domain says so."""
    events = [plain("session_started")]
    if tracker.domain.carry_over_slots:
        events += _carried(tracker)
    return [*events, action(LISTEN)]


def _carried(tracker: Tracker) -> list[Event]:
    kept = tracker.base.slots if tracker.base else {}
    folded = [slot(name, value) for name, value in kept.items() if value != tracker.initial[name]]
    return folded + [slot(e["name"], e["value"]) for e in tracker.applied if e["event"] == "slot"]


def _ask_affirmation(tracker: Tracker) -> Event:
    """Rasa's own wording; a bot brings its own action of this name."""
    message = tracker.now.latest_message
    ranking = message["parse_data"]["intent_ranking"] if message else []
    others = [item["name"] for item in ranking if item["name"] != NLU_FALLBACK]
    intent = others[0] if tracker.intent == NLU_FALLBACK and others else tracker.intent
    buttons: list[dict[str, Any]] = [
        {"title": "Yes", "payload": f"/{intent}"},
        {"title": "No", "payload": f"/{OUT_OF_SCOPE}"},
    ]
    return bot_event({"text": f"Did you mean '{intent}'?", "buttons": buttons, "utter_action": ASK_AFFIRMATION})


_SAYINGS = {
    FALLBACK: "utter_default",
    ASK_REPHRASE: "utter_ask_rephrase",
    "action_restart": "utter_restart",
    "action_back": "utter_back",
}
_DEFAULTS: dict[str, Callable[[Tracker], list[Event]]] = {
    SESSION_START: session_start,
    FALLBACK: lambda _: [plain("rewind")],
    "action_restart": lambda _: [plain("restart")],
    "action_back": lambda _: [plain("rewind"), plain("rewind")],
    "action_deactivate_loop": lambda _: [active_loop(None), slot(REQUESTED_SLOT, None)],
}
