"""The engine does what a Rasa 3.6.21 server did, event for event (``tests/dialogs/golden``)."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden"
RECORDED = json.loads((GOLDEN / "golden.json").read_text(encoding="utf-8"))


def brief(event):
    """An event as it was recorded."""
    match event["event"]:
        case "user" as kind:
            parse = event["parse_data"]
            entities = [[entity["entity"], entity["value"]] for entity in parse["entities"]]
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


def without_names(messages):
    return [{key: value for key, value in message.items() if key != "response"} for message in messages]


def set_slots(state, domain):
    slots = {**{name: spec.initial for name, spec in domain.slots.items()}, **state["slots"]}
    return {name: value for name, value in slots.items() if value is not None}


async def replay(scenario, conversation, domain):
    """Say what was said to Rasa, and yield each turn with what was recorded of it."""
    for recorded in RECORDED[scenario]:
        if recorded["user"].startswith("@sleep"):
            conversation.now += timedelta(minutes=float(recorded["user"].split()[1]))
            continue
        turn = await conversation.say(recorded["user"])
        assert without_names(turn.messages) == recorded["messages"]
        assert set_slots(turn.state, domain) == recorded["slots"]
        assert turn.state["active_loop"] == recorded["active_loop"]
        yield turn, recorded


@pytest.mark.parametrize("scenario", RECORDED)
async def test_a_recorded_conversation_goes_as_with_rasa(scenario, golden_bot, golden_talk):
    async for turn, recorded in replay(scenario, golden_talk(), golden_bot.domain):
        assert [brief(event) for event in turn.events] == recorded["events"]


@pytest.mark.parametrize("scenario", RECORDED)
async def test_it_goes_so_too_when_little_history_is_kept(scenario, golden_bot, golden_talk):
    async for turn, recorded in replay(scenario, golden_talk(max_events=4), golden_bot.domain):
        assert [brief(event) for event in turn.events] == recorded["events"]


def test_the_recording_is_whole():
    turns = [turn for scenario in RECORDED.values() for turn in scenario if "events" in turn]
    assert (len(RECORDED), len(turns), sum(len(turn["events"]) for turn in turns)) == (60, 246, 1943)
