"""The engine does what a Rasa 3.6.21 server did, event for event (``tests/dialogs/golden``).

``golden.json`` and ``more.json`` were recorded with one bot, ``more/golden.json`` with another, made of what the first
does not try: several files, groups, numbers, lists, ``use_entities``, ``action_validate_slot_mappings``, sessions without
carry-over. ``make test-rasa`` holds the same conversations with a live server (``tests/rasa/test_recordings.py``).
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dialogs.engine.contract import Entity, IntentScore, Parse

GOLDEN = Path(__file__).parents[1] / "golden"
FIRST, MORE, SECOND = (
    json.loads((GOLDEN / name).read_text(encoding="utf-8")) for name in ("golden.json", "more.json", "more/golden.json")
)
# A new session repeats each folded slot once, not once for each time it was set: the price of a short history.
LONG_SESSIONS = {name for name, turns in MORE.items() if any(t["user"].startswith("@sleep") for t in turns)}


def brief(event):
    """An event as it was recorded."""
    match event["event"]:
        case "user" as kind:
            parse = event["parse_data"]
            entities = [
                [e["entity"], e["value"], *(e[k] for k in ("role", "group") if k in e)] for e in parse["entities"]
            ]
            return [kind, event["text"], parse["intent"]["name"], entities]
        case "bot" as kind:
            return [kind, event["text"], event["data"], event["metadata"].get("utter_action")]
        case "slot" as kind:
            return [kind, event["name"], event["value"]]
        case "loop_interrupted" as kind:
            return [kind, event["is_interrupted"]]
        case "action" | "action_execution_rejected" | "active_loop" | "followup" as kind:
            return [kind, event["name"]]
        case kind:
            return [kind]


def shown(messages):
    """What was said, taken apart as Rasa's REST channel shows it (of elements it makes a stray text)."""
    parts = []
    for message in messages:
        text = message.get("text")
        if message.get("buttons"):
            parts.append({"text": text, "buttons": message["buttons"]})
        elif text:
            parts += [{"text": part} for part in text.strip().split("\n\n")]
        parts += [{key: message[key]} for key in ("custom", "image", "attachment") if message.get(key)]
    return parts


def set_slots(state, domain):
    slots = {**{name: spec.initial for name, spec in domain.slots.items()}, **state["slots"]}
    return {name: value for name, value in slots.items() if value is not None}


def understood(said: Mapping[str, Any] | None) -> Parse | None:
    """What Rasa's own pipeline made of a free text."""
    if said is None:
        return None
    return Parse(
        intent=said["intent"],
        confidence=said["confidence"],
        entities=tuple(Entity(**entity) for entity in said["entities"]),
        ranking=(IntentScore(name=said["intent"].split("/")[0], confidence=said["confidence"]),),
    )


async def replay(turns, conversation, domain):
    """Say what was said to Rasa, and compare each turn with what was recorded of it."""
    for recorded in turns:
        if recorded["user"].startswith("@sleep"):
            conversation.now += timedelta(minutes=float(recorded["user"].split()[1]))
            continue
        turn = await conversation.say(recorded["user"], parse=understood(recorded.get("parse")))
        assert shown(turn.messages) == [m for m in recorded["messages"] if m.get("text") != " : "]
        assert set_slots(turn.state, domain) == recorded["slots"]
        assert turn.state["active_loop"] == recorded["active_loop"]
        assert [brief(event) for event in turn.events] == recorded["events"]


@pytest.mark.parametrize("scenario", [*FIRST, *MORE])
async def test_a_recorded_conversation_goes_as_with_rasa(scenario, golden_bot, golden_talk):
    await replay((FIRST | MORE)[scenario], golden_talk(), golden_bot.domain)


@pytest.mark.parametrize("scenario", [name for name in (*FIRST, *MORE) if name not in LONG_SESSIONS])
async def test_it_goes_so_too_when_little_history_is_kept(scenario, golden_bot, golden_talk):
    await replay((FIRST | MORE)[scenario], golden_talk(max_events=4), golden_bot.domain)


@pytest.mark.filterwarnings("ignore:No method 'extract_made':UserWarning")
@pytest.mark.parametrize("max_events", [None, 4])
@pytest.mark.parametrize("scenario", SECOND)
async def test_the_second_bots_conversations_go_as_with_rasa(scenario, max_events, second_bot, second_talk):
    bounded = {} if max_events is None else {"max_events": max_events}
    await replay(SECOND[scenario], second_talk(**bounded), second_bot.domain)


def test_the_recordings_are_whole():
    sizes = []
    for recording in (FIRST, MORE, SECOND):
        turns = [turn for scenario in recording.values() for turn in scenario if "events" in turn]
        sizes.append((len(recording), len(turns), sum(len(turn["events"]) for turn in turns)))
    assert sizes == [(60, 246, 1943), (36, 385, 2716), (48, 458, 3368)]
