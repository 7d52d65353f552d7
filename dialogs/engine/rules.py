"""Which action the rules call for: Rasa's rule lookup.

Every beginning of a rule is a key, a list of states that leads to one action. The rule that fits the
conversation and has the longest key (as JSON text) wins, as with Rasa; of equally long ones the one written first.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .domain import Domain
from .events import LISTEN
from .rule_files import SNIPPET, UNSET, Script
from .states import StateView, script_states


@dataclass(frozen=True, slots=True)
class Key:
    """The states that lead to ``action``; ``source`` is the rule that taught it."""

    states: tuple[StateView, ...] = field(repr=False)
    action: str
    source: Script
    text: str = field(repr=False)

    @property
    def loop(self) -> str | None:
        """The active loop of the last state."""
        return _loop_of(self.states[-1])

    def fits(self, states: Sequence[StateView]) -> bool:
        """Whether the latest of ``states`` are those of the key."""
        pairs = zip(reversed(self.states), reversed(states), strict=False)
        return all(_fits(mine, theirs) for mine, theirs in pairs)


@dataclass(frozen=True, slots=True)
class Found:
    """What the rules say. ``action`` None: nothing. ``interrupted``: the loop is told that it was interrupted."""

    action: str | None
    key: Key | None = None
    interrupted: bool = False


@dataclass(frozen=True)
class RuleBook:
    """All keys of a bot. ``ambiguous`` are the states for which rules contradict one another: there they are mute."""

    keys: tuple[Key, ...]
    ambiguous: tuple[tuple[Key, Key], ...] = ()
    interrupting: tuple[Key, ...] = ()
    not_returning: tuple[Key, ...] = ()

    @cached_property
    def longest(self) -> int:
        """The number of states of the longest key; two are needed to see where a loop stands."""
        return max((len(key.states) for key in self.keys), default=2) or 2

    def call_for(self, action: str) -> bool:
        """Whether any rule leads to ``action``."""
        return any(key.action == action for key in self.keys)

    @cached_property
    def _by_last_state(self) -> dict[tuple[str | None, str | None], list[Key]]:
        """The keys by the action and intent of their last state, the longest first; intent None: of any."""
        index: dict[tuple[str | None, str | None], list[Key]] = {}
        longest_first = sorted(self.keys, key=lambda key: -len(key.text))
        for action, intent in {_named_in(key.states[-1]) for key in longest_first}:
            index[action, intent] = [
                key for key in longest_first if _named_in(key.states[-1]) in {(action, intent), (action, None)}
            ]
        return index

    def best(self, states: Sequence[StateView]) -> Key | None:
        action, intent = _named_in(states[-1])
        found = self._by_last_state.get((action, intent))
        candidates = self._by_last_state.get((action, None), ()) if found is None else found
        return next((key for key in candidates if key.fits(states)), None)

    def find(self, states: Sequence[StateView], loop: str | None) -> Found:
        """What follows on ``states``, the latest last, while ``loop`` is active."""
        key = self.best(states)
        action = key.action if key else None
        if loop is None:
            return Found(action, key)
        if key and action == LISTEN and key.loop is None:
            # A rule that is none of the loop's own ends: back to the loop, unless a rule of the loop forbids.
            if not any(k.fits(states) for k in self.not_returning):
                return Found(loop, key)
            action = None
        return Found(action, key, interrupted=any(k.fits(states) for k in self.interrupting))


def compile_rules(scripts: Iterable[Script], domain: Domain) -> RuleBook:
    """The lookup of all rules. Equal states that lead to different actions lead to none."""
    keys: dict[str, Key] = {}
    ambiguous: dict[str, tuple[Key, Key]] = {}
    interrupting: dict[str, Key] = {}
    not_returning: dict[str, Key] = {}
    for script in scripts:
        for states, action in script_states(script.events, domain):
            key = _key(states, action, script)
            if key:
                _add(key, keys, ambiguous)
            _add_to_loop(states, action, script, interrupting, not_returning)
    return RuleBook(
        keys=tuple(key for text, key in keys.items() if text not in ambiguous and key.action != SNIPPET),
        ambiguous=tuple(ambiguous.values()),
        interrupting=tuple(interrupting.values()),
        not_returning=tuple(not_returning.values()),
    )


def _add(key: Key, keys: dict[str, Key], ambiguous: dict[str, tuple[Key, Key]]) -> None:
    first = keys.setdefault(key.text, key)
    if first.action != key.action:
        ambiguous.setdefault(key.text, (first, key))


def _add_to_loop(
    states: list[StateView],
    action: str,
    script: Script,
    interrupting: dict[str, Key],
    not_returning: dict[str, Key],
) -> None:
    """Learn from a rule inside a loop when the loop is not to run after it, or is told of the interruption."""
    loop = _loop_of(states[-1])
    if loop is None:
        return
    before = _action_of(states[-2]) if len(states) > 1 else None
    short = [{"prev_action": {"action_name": before}}, states[-1]] if before else [states[-1]]
    key = _key(short, action, script)
    if key is None:
        return
    after_listen = _action_of(states[-1]) == LISTEN
    if after_listen and action == loop:
        not_returning.pop(key.text, None)
        interrupting[key.text] = key
    elif not after_listen and action != loop:
        interrupting.pop(key.text, None)
        not_returning[key.text] = key


def _key(states: Sequence[StateView], action: str, source: Script) -> Key | None:
    """The key of the states since the last ``...``; None where there are none."""
    since: list[StateView] = []
    for state in reversed(states):
        if _action_of(state) == SNIPPET:
            break
        since.insert(0, state)
    if not since:
        return None
    return Key(states=tuple(since), action=action, source=source, text=json.dumps(since, sort_keys=True))


def _action_of(state: StateView) -> str | None:
    return state.get("prev_action", {}).get("action_name")


def _named_in(state: StateView) -> tuple[str | None, str | None]:
    return _action_of(state), state.get("user", {}).get("intent")


def _loop_of(state: StateView) -> str | None:
    name = state.get("active_loop", {}).get("name")
    return None if name == UNSET else name


def _fits(mine: StateView, theirs: StateView) -> bool:
    """Whether a state of a rule fits one of the conversation. Only the start of a conversation has no action."""
    if not _action_of(mine) or not _action_of(theirs):
        return _action_of(mine) == _action_of(theirs)
    return all(
        _value_fits(value, theirs.get(part, {}).get(name))
        for part, names in mine.items()
        for name, value in names.items()
    )


def _value_fits(mine: Any, theirs: Any) -> bool:
    if mine == UNSET:
        return not theirs or theirs == UNSET
    return not mine or bool(theirs == mine)
