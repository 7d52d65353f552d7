"""A petition that somebody gave up: kept for a day, so that whoever thinks better of it need not tell it again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

from dialogs.actions.changed import replace
from dialogs.actions.changes import Heard
from dialogs.actions.draft import PREFIX, Draft, written
from dialogs.actions.world import Turn
from dialogs.nlu.wishes import goes_on

SLOT = "dropped"
_KEPT_FOR = timedelta(hours=24)


def keep(draft: Draft, *, at: datetime) -> EventType:
    """The event that keeps it."""
    return SlotSet(SLOT, {"at": at.isoformat(), "draft": written(draft, Draft())})


def given_up_today(tracker: Tracker, turn: Turn) -> Heard | None:
    """The matter that was given up, where the message only says that it is to go on after all."""
    kept = tracker.slots.get(SLOT)
    if not kept or turn.at - datetime.fromisoformat(kept["at"]) > _KEPT_FOR or not goes_on(turn.text):
        return None
    draft = _read(kept["draft"])
    ids = draft.with_message(turn.message_ids)
    fresh = replace(draft, confirm=None, shown=None, pending=None, unclear=0, message_ids=ids)
    return Heard(draft=fresh).remark("utter_taken_up")


def _read(slots: Mapping[str, Any]) -> Draft:
    values: dict[str, Any] = {
        name.removeprefix(PREFIX): tuple(value) if isinstance(value, list) else value for name, value in slots.items()
    }
    return replace(Draft(), **values)
