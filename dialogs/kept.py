"""What is kept of a conversation between its turns, beside the engine's own state: plain JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from dialogs.engine.contract import State
from dialogs.outcome import Effect, FileCase

VERSION = 1
FRESH: Mapping[str, Any] = {
    "version": VERSION,
    "engine": None,
    "options": [],
    "traditional": False,
    "written": [],
    "names": [],
    "at": "",
    "said": {},
    "alarm": "",
    "danger": "",
    "scan": {},
    "more": {},
}


def readable(state: Mapping[str, Any] | None) -> dict[str, Any]:
    """The kept state, or a fresh one where there is none or it is of another make."""
    if state and state.get("version") == VERSION:
        return {**FRESH, **state}
    return dict(FRESH)


def unfinished(state: State) -> bool:
    """Whether what was said may still be filed: a form is open, or words are held for one."""
    slots = state.get("slots") or {}
    return bool(state.get("active_loop") or slots.get("held") or slots.get("dropped"))


def names_in(effects: Sequence[Effect]) -> list[str]:
    """The name of who filed, as written: it serves the next petition as well."""
    return [effect.name for effect in effects if isinstance(effect, FileCase) and effect.name]
