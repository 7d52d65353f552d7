"""The applied events of a conversation: what is left of its events once rewinds, restarts and form runs are taken in.

Rasa works this list out anew from all events each time it is asked. Here one event at a time is taken in, so
that no event older than the list need be kept. Rules and rewinds see nothing but this list.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from .events import Event


class Undone(NamedTuple):
    """What taking in an event did: ``rewound`` events went away again; ``cleared``: all of them, for good."""

    rewound: bool = False
    cleared: bool = False


_STANDS = Undone()


def take_in(applied: list[Event], event: Event, loops: Collection[str]) -> Undone:
    """Change ``applied`` by one event. ``loops`` are the names of all forms and other loops."""
    match event["event"]:
        case "restart" | "session_started":
            applied.clear()
            return Undone(cleared=True)
        case "undo":
            _undo_to("action", applied)
            return Undone(rewound=True)
        case "rewind":
            # A message follows an action_listen: both go.
            _undo_to("user", applied)
            _undo_to("action", applied)
            return Undone(rewound=True)
        case "action" if event["name"] in loops and (run := _last_run(event["name"], applied)) is not None:
            # The actions and messages since go, so that a form looks like one turn to rules.
            applied[run + 1 :] = [each for each in applied[run + 1 :] if each["event"] not in {"action", "user"}]
        case _:
            applied.append(event)
    return _STANDS


def _undo_to(kind: str, applied: list[Event]) -> None:
    while applied and applied.pop()["event"] != kind:
        pass


def _last_run(loop: str, applied: Sequence[Event]) -> int | None:
    """The place of the loop's last run, where nothing else happened since but answers to it."""
    following: str | None = None
    for place in range(len(applied) - 1, -1, -1):
        event = applied[place]
        kind = event["event"]
        if kind == "slot":  # most are, and none tells anything here
            continue
        if kind == "action":
            following = event["name"]
            if following == loop:
                return place
        elif kind == "user":
            if following is not None:
                return None
        elif _ends(loop, event):
            return None
    return None


def _ends(loop: str, event: Event) -> bool:
    """Whether no run of ``loop`` goes on over this event."""
    if event["event"] == "active_loop":
        return event["name"] is None
    return bool(event["event"] == "action_execution_rejected" and event["name"] == loop)
