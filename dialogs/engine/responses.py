"""What the bot says under a response's name: the variation is chosen, the slots are put in."""

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from .domain import Domain
from .events import Event
from .tracker import Tracker

Content = dict[str, Any]

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^\n{}]+?)\}")
_INTERPOLATED = ("text", "image", "custom", "buttons", "attachment")
_DATA = ("buttons", "image", "attachment", "custom", "elements", "quick_replies")


class Responses:
    """The responses of a domain. ``chance`` picks among equals."""

    def __init__(self, domain: Domain, chance: Random) -> None:
        self._domain = domain
        self._chance = chance

    def has(self, name: str) -> bool:
        """Whether ``name`` is a response, or the response action of a retrieval intent."""
        return name in self._domain.responses or any(r.startswith(f"{name}/") for r in self._domain.responses)

    def content(self, name: str, tracker: Tracker, extra: Mapping[str, Any] | None = None) -> Content | None:
        """What ``name`` says now; None: nothing (no such response, no variation for this channel and these slots)."""
        full = self._full_name(name, tracker)
        slots = tracker.now.slots
        variants = choices(self._domain.responses.get(full, ()), tracker.channel, slots)
        if not variants:
            return None
        values = {**slots, **(extra or {})}
        chosen = self._chance.choice(variants)
        content = {key: interpolate(chosen[key], values) for key in _INTERPOLATED if chosen.get(key) is not None}
        return {**content, "utter_action": full}

    def _full_name(self, name: str, tracker: Tracker) -> str:
        message = tracker.now.latest_message
        if name in self._domain.responses or message is None:
            return name
        found = f"utter_{message['parse_data']['intent'].get('full', '')}"
        return found if found.startswith(f"{name}/") else name

    def said(self, name: str, tracker: Tracker) -> list[Event]:
        """The ``bot`` event of a response; none where it has nothing to say."""
        content = self.content(name, tracker)
        return [bot_event(content)] if content else []

    def of_action(self, draft: Mapping[str, Any], tracker: Tracker) -> Event | None:
        """The ``bot`` event of what an action uttered; None where it names a response that says nothing."""
        given = {key: value for key, value in draft.items() if key not in {"response", "template"}}
        own = {key: value for key, value in given.items() if value}
        name = draft.get("response") or draft.get("template")
        content = self.content(str(name), tracker, given) if name else {}
        if content is None:
            return None
        buttons = [*content.get("buttons", ()), *own.pop("buttons", ())]
        return bot_event({**content, **own, **({"buttons": buttons} if buttons else {})})

    def differs_by_channel(self, name: str, channel: str) -> bool:
        """Whether a response has a variation for this channel alone."""
        return any(variant.get("channel") == channel for variant in self._domain.responses.get(name, ()))

    def said_again(self, name: str, said: Event, tracker: Tracker) -> Event | None:
        """What a server said under ``name`` without knowing the channel, in this channel's variation.

        The server leaves out the values that were empty: a name that is not there is empty here.
        """
        variants = self._domain.responses[name]
        best = choices(variants, tracker.channel, tracker.now.slots)
        if not best:
            return None
        values = _Lenient({**tracker.now.slots, **said["metadata"]})
        chosen = self._chance.choice(best)
        content = {key: interpolate(chosen[key], values) for key in _INTERPOLATED if chosen.get(key) is not None}
        written = [button for v in variants for button in interpolate(v.get("buttons") or [], values)]
        own = [button for button in said["data"].get("buttons") or () if button not in written]
        buttons = [*content.get("buttons", ()), *own]
        return bot_event({**said["metadata"], **content, **({"buttons": buttons} if buttons else {})})


class _Lenient(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""


def choices(
    variants: Sequence[Mapping[str, Any]], channel: str, slots: Mapping[str, Any]
) -> Sequence[Mapping[str, Any]]:
    """The best variations: for the channel and a condition that holds, for the channel, for a condition, plain."""
    ranked: dict[int, list[Mapping[str, Any]]] = {}
    for variant in variants:
        if variant.get("channel") not in {None, channel}:
            continue
        conditions = variant.get("condition")
        if conditions and not all(_holds(c, slots) for c in conditions):
            continue
        rank = (2 if variant.get("channel") else 0) + (1 if conditions else 0)
        ranked.setdefault(rank, []).append(variant)
    return ranked[max(ranked)] if ranked else ()


def _holds(condition: Mapping[str, Any], slots: Mapping[str, Any]) -> bool:
    wanted, value = condition.get("value"), slots.get(str(condition.get("name")))
    if isinstance(wanted, str) and isinstance(value, str):
        return wanted.casefold() == value.casefold()
    return bool(wanted == value)


def interpolate(content: Any, values: Mapping[str, Any]) -> Any:
    """Put slot values into every text of ``content``; ``{{`` and ``}}`` are braces."""
    if isinstance(content, str):
        return _interpolate_text(content, values)
    if isinstance(content, dict):
        return {key: interpolate(value, values) for key, value in content.items()}
    if isinstance(content, list):
        return [interpolate(item, values) for item in content]
    return content


def _interpolate_text(text: str, values: Mapping[str, Any]) -> str:
    """A text with an unknown name stays as it was written, as with Rasa: an editor sees it at once."""
    try:
        return _PLACEHOLDER.sub(lambda found: _replacement(found, values), text)
    except KeyError:
        return text


def _replacement(found: re.Match[str], values: Mapping[str, Any]) -> str:
    name = found[1]
    return str(values[name]) if name else found[0][0]


def bot_event(content: Mapping[str, Any]) -> Event:
    data = {key: content[key] for key in _DATA if content.get(key)}
    if "image" in data:
        data.setdefault("attachment", data["image"])
    others = {k: v for k, v in content.items() if k not in {*_DATA, "text"} and v}
    return {"event": "bot", "text": content.get("text"), "data": data, "metadata": others}


def message_of(event: Event) -> Content:
    """A ``bot`` event as the caller gets it."""
    data = event["data"]
    message = {"text": event["text"], "response": event["metadata"].get("utter_action"), **data}
    if data.get("attachment") == data.get("image"):
        message.pop("attachment", None)
    return {key: value for key, value in message.items() if value is not None}
