"""The applied events of a conversation: what is left of its events once rewinds, restarts and form runs are taken in.

Rasa works this list out anew from all events each time it is asked. Here one event at a time is taken in, so
that no event older than the list need be kept. Rules and rewinds see nothing but this list.
"""

from collections.abc import Collection
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
        case "action" if event["name"] in loops and _continues(event["name"], applied):
            _join_runs(event["name"], applied)
        case _:
            applied.append(event)
    return _STANDS


def _undo_to(kind: str, applied: list[Event]) -> None:
    while applied and applied.pop()["event"] != kind:
        pass


def _continues(loop: str, applied: list[Event]) -> bool:
    """Whether the loop ran before and nothing else happened since but answers to it."""
    following: str | None = None
    for event in reversed(applied):
        kind = event["event"]
        if kind == "slot":  # most are, and none tells anything here
            continue
        name = event.get("name")
        if kind == "active_loop" and name is None:
            return False
        if kind == "action_execution_rejected" and name == loop:
            return False
        if kind == "user" and following not in {None, loop}:
            return False
        if kind == "action":
            if name == loop:
                return True
            following = name
    return False


def _join_runs(loop: str, applied: list[Event]) -> None:
    """Take away the actions and messages since the loop's last run, so that a form looks like one turn to rules."""
    start = len(applied)
    while applied[start - 1].get("name") != loop or applied[start - 1]["event"] != "action":
        start -= 1
    applied[start:] = [event for event in applied[start:] if event["event"] not in {"action", "user"}]
