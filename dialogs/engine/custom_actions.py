"""rasa-sdk actions, run in this process by the SDK's own executor."""

import asyncio
import logging
from collections.abc import Sequence

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import Action

from .domain import Domain
from .events import KNOWN, Event
from .responses import Responses
from .tracker import Tracker

_log = "rasa_sdk.forms"


class CustomActions:
    """The registered actions. ``seconds`` is the longest one may take; an action must never block the event loop."""

    def __init__(self, actions: Sequence[Action], domain: Domain, responses: Responses, *, seconds: float) -> None:
        self._executor = ActionExecutor()
        self._domain = domain
        self._responses = responses
        self._seconds = seconds
        for action in actions:
            self._executor.register_action(action)
        logging.getLogger(_log).addFilter(_worth_saying)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._executor.actions)

    async def run(self, name: str, tracker: Tracker) -> list[Event]:
        """The action's events: what it said first, as with Rasa.

        Raises:
            ActionExecutionRejection: the action declined.
            Exception: whatever the action raised; TimeoutError where it took too long.
        """
        call = {"next_action": name, "tracker": _view(tracker), "domain": self._domain.raw}
        async with asyncio.timeout(self._seconds):
            result = await self._executor.run(call)
        if result is None:
            return []
        said = [self._responses.of_action(draft, tracker) for draft in result.responses]
        events = [_whole(event) for event in result.events if event["event"] in KNOWN]
        return [event for event in said if event] + events


def _whole(event: Event) -> Event:
    """What the bot said through an event of its own may lack the parts that nothing was put in."""
    if event["event"] != "bot":
        return event
    return {**event, "data": event.get("data") or {}, "metadata": event.get("metadata") or {}}


def _worth_saying(record: logging.LogRecord) -> bool:
    """A form's slot needs no validate method; the SDK warns of it at every message."""
    return not record.getMessage().startswith("Skipping validation for")


def _view(tracker: Tracker) -> dict[str, object]:
    """The tracker as the SDK takes it. The SDK writes into its slots and events, so these are copies."""
    now = tracker.now
    loop, message = now.loop, now.latest_message
    return {
        "sender_id": tracker.sender_id,
        "slots": dict(now.slots),
        "latest_message": {"text": message["text"], **message["parse_data"]} if message else {},
        "events": [*tracker.before_turn, *tracker.turn],
        "paused": now.paused,
        "followup_action": now.followup,
        "active_loop": {"name": loop.name, "rejected": loop.rejected} if loop else {},
        "latest_action_name": now.latest_action,
    }
