"""rasa-sdk actions, run in this process as the SDK's executor runs them, without what a server needs around it."""

import logging
from asyncio import iscoroutine
from collections.abc import Sequence
from functools import cached_property

from rasa_sdk import Tracker as Seen
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import Action

from .bounded import within
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

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(self._executor.actions)

    async def run(self, name: str, tracker: Tracker) -> list[Event]:
        """The action's events: what it said first, as with Rasa.

        Raises:
            ActionExecutionRejection: the action declined.
            Exception: whatever the action raised; TimeoutError where it took too long.
        """
        dispatcher = CollectingDispatcher()
        called = self._executor.actions[name](dispatcher, _view(tracker), self._domain.raw)
        returned = await within(self._seconds, called) if iscoroutine(called) else called
        said = [self._responses.of_action(draft, tracker) for draft in dispatcher.messages]
        events = self._executor.validate_events(returned or [], name)
        return [*filter(None, said), *(_whole(event) for event in events if event["event"] in KNOWN)]


def _whole(event: Event) -> Event:
    """A copy to write into; what the bot said through an event of its own may lack what nothing was put in."""
    if event["event"] != "bot":
        return dict(event)
    return {**event, "data": event.get("data") or {}, "metadata": event.get("metadata") or {}}


def _worth_saying(record: logging.LogRecord) -> bool:
    """A form's slot needs no validate method; the SDK warns of it at every message."""
    return not record.getMessage().startswith("Skipping validation for")


def _view(tracker: Tracker) -> Seen:
    """The tracker as the SDK takes it. The SDK writes into its slots and events, so these are copies."""
    now = tracker.now
    loop, message = now.loop, now.latest_message
    return Seen(
        sender_id=tracker.sender_id,
        slots=dict(now.slots),
        latest_message={"text": message["text"], **message["parse_data"]} if message else {},
        events=[*tracker.before_turn, *tracker.turn],
        paused=now.paused,
        followup_action=now.followup,
        active_loop={"name": loop.name, "rejected": loop.rejected} if loop else {},
        latest_action_name=now.latest_action,
    )
