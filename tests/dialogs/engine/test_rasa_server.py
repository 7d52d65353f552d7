"""The engine that asks a Rasa server, against one that is played: protocol, faults, falling back.

``tests/rasa`` holds whole conversations with a real server.
"""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from rasa_sdk import Action

from dialogs.engine.bot import load_bot
from dialogs.engine.contract import Entity, Message, Parse
from dialogs.engine.embedded import EmbeddedEngine
from dialogs.engine.rasa_events import TURN, report
from dialogs.engine.rasa_server import REST, RasaAway, RasaLink, payload_of, rasa_engine

BOT = """
version: "3.1"
intents: [hi, go, out_of_scope]
entities: [thing]
slots:
  seen: {type: text, influence_conversation: false, mappings: [{type: custom}]}
actions: [action_go]
responses:
  utter_hi: [{text: hello, buttons: [{title: go, payload: /go}]}, {text: "hi {who}", channel: sms, buttons: [{title: g, payload: /go}]}]
  utter_default: [{text: default}]
rules:
  - {rule: hi, steps: [{intent: hi}, {action: utter_hi}]}
  - {rule: go, steps: [{intent: go}, {action: action_go}]}
"""
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class Go(Action):
    def name(self):
        return "action_go"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="went, embedded")
        return []


class PlayedRasa:
    """Answers each message with what ``script`` makes of it; every call is kept."""

    def __init__(self):
        self.trackers = {}
        self.calls = []
        self.fails = {}
        self.hold = None
        self.after = self.says_hi

    def says_hi(self, _):
        return [
            {"event": "action", "name": "utter_hi", "policy": "RulePolicy"},
            {
                "event": "bot",
                "text": "hello",
                "data": {
                    "elements": None,
                    "buttons": [{"title": "go", "payload": "/go"}, {"title": "own", "payload": "/x"}],
                },
                "metadata": {"utter_action": "utter_hi", "template": "utter_hi", "who": "you", "model_id": "m"},
            },
            {"event": "action", "name": "action_listen"},
        ]

    def goes(self, _):
        return [
            {"event": "action", "name": "action_go"},
            {"event": "bot", "text": "went", "data": {}, "metadata": {}},
            {"event": "bot", "text": None, "data": {"custom": report("action_go")}, "metadata": {}},
            {"event": "slot", "name": "seen", "value": "yes"},
            {"event": "action", "name": "action_listen"},
        ]

    async def call(self, method, path, *, body=None):
        self.calls.append((method, path, json.loads(json.dumps(body))))
        if reason := self.fails.get(method):
            raise RasaAway(reason)
        if self.hold == method:
            await asyncio.sleep(60)
        if method == "PUT":
            self.trackers[path.split("/")[2]] = body
            return {}
        if path == REST:
            return self._hear(body)
        return {"events": self.trackers[path.split("/")[2]]}

    def _hear(self, body):
        events = self.trackers[body["sender"]]
        start = (
            []
            if events
            else [
                {"event": "action", "name": "action_session_start"},
                {"event": "session_started"},
                {"event": "action", "name": "action_listen"},
            ]
        )
        intent = body["message"].strip("/").split("@")[0]
        parse = {
            "intent": {"name": intent, "confidence": 0.9},
            "entities": [],
            "intent_ranking": [{"name": intent, "confidence": 0.9}],
        }
        user = {
            "event": "user",
            "text": body["message"],
            "parse_data": parse,
            "metadata": {**body["metadata"], "model_id": "m"},
        }
        self.trackers[body["sender"]] = [*events, *start, user, {"event": "user_featurization"}, *self.after(body)]
        return []


class Reads:
    """An interpreter that takes everything for ``hi``."""

    async def parse(self, text, *, state):
        return Parse(intent="hi", confidence=0.5, entities=(Entity(entity="thing", value=text),))


class Office:
    """Engine, server and clock together."""

    def __init__(self, tmp_path, **link):
        file = tmp_path / "bot.yml"
        file.write_text(BOT, "utf-8")
        bot = load_bot([file])
        self.rasa = PlayedRasa()
        self.seconds = 100.0
        self.told = []
        embedded = EmbeddedEngine(bot=bot, actions=[Go()], interpreter=Reads(), payloads_in_text=False)
        made = RasaLink(
            http=self.rasa,
            nonce=iter(f"n{i}" for i in range(1000)).__next__,
            clock=lambda: self.seconds,
            fell_back=lambda reason, message: self.told.append((reason, message.id)),
            **{"seconds": 0.2, **link},
        )
        self.engine = rasa_engine(made, bot, embedded, Reads(), Random(0))
        self.state = None

    async def says(self, text="", *, payload="", channel="wechat", sender="wechat:main:p1", metadata=None):
        message = Message(
            id="m1", text=text, payload=payload, sender_id=sender, channel=channel, at=NOW, metadata=metadata or {}
        )
        done = await self.engine.turn(self.state, message)
        self.state = json.loads(json.dumps(done.state))
        return done


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


async def test_a_turn_sets_the_tracker_says_the_message_and_takes_over_what_is_new(office):
    done = await office.says(payload="/hi", metadata={"at": "now"})
    assert [call[:2] for call in office.rasa.calls] == [
        ("PUT", "/conversations/wechat:main:p1/tracker/events"),
        ("POST", REST),
        ("GET", "/conversations/wechat:main:p1/tracker?include_events=ALL"),
    ]
    assert done.by == "rasa"
    assert done.fell_back == ""
    assert done.messages == [
        {
            "text": "hello",
            "response": "utter_hi",
            "buttons": [{"title": "go", "payload": "/go"}, {"title": "own", "payload": "/x"}],
        }
    ]
    assert [event["event"] for event in done.events] == [
        "action",
        "session_started",
        "action",
        "user",
        "action",
        "bot",
        "action",
    ]
    await office.says(payload="/hi")
    put = office.rasa.calls[3][2]
    assert [event["event"] for event in put] == ["action", "user", "action", "bot", "action"]


async def test_the_state_is_the_embedded_engines_and_either_goes_on_from_it(office, tmp_path):
    await office.says(payload="/hi")
    office.rasa.fails = {"PUT": "unreachable"}
    done = await office.says(payload="/go")
    assert (done.by, done.fell_back) == ("embedded", "unreachable")
    assert [m["text"] for m in done.messages] == ["went, embedded"]
    office.rasa.fails = {}
    office.seconds += 60
    office.rasa.after = office.rasa.goes
    done = await office.says(payload="/go")
    assert done.by == "rasa"
    assert [m["text"] for m in done.messages] == ["went"]
    assert done.state["slots"] == {"seen": "yes"}


async def test_what_a_turn_left_in_rasa_is_gone_at_the_next(office):
    """The first answer was lost: Rasa's tracker is one turn ahead of what was committed."""
    office.rasa.hold = "GET"
    done = await office.says(payload="/hi")
    assert done.fell_back == "timeout"
    assert office.rasa.trackers["wechat:main:p1"]
    office.rasa.hold, office.state = None, None
    office.seconds += 60
    await office.says(payload="/hi")
    assert office.rasa.calls[-3][2] == []
    assert len([e for e in office.rasa.trackers["wechat:main:p1"] if e["event"] == "user"]) == 1


async def test_a_tracker_that_holds_another_turn_is_not_believed(office):
    def another(body):
        return [{"event": "user", "text": "late", "parse_data": {"intent": {}}, "metadata": {TURN: "other"}}]

    office.rasa.after = another
    assert (await office.says(payload="/hi")).fell_back == "interfered"


@pytest.mark.parametrize("after", [[], [{"event": "slot", "name": "seen", "value": "x"}]])
async def test_an_action_that_never_reported_is_done_by_the_embedded_engine(office, after):
    """Rasa goes on without a word where its action server is away."""
    office.rasa.after = lambda _: [
        {"event": "action", "name": "action_go"},
        *after,
        {"event": "action", "name": "action_listen"},
    ]
    done = await office.says(payload="/go")
    assert done.fell_back == "action:action_go"
    assert [m["text"] for m in done.messages] == ["went, embedded"]
    assert office.told == [("action:action_go", "m1")]


async def test_reports_are_told_to_nobody(office):
    office.rasa.after = office.rasa.goes
    assert [m.get("text") for m in (await office.says(payload="/go")).messages] == ["went"]


async def test_a_channels_own_wording_is_chosen_here(office):
    done = await office.says(payload="/hi", channel="sms")
    assert [m["text"] for m in done.messages] == ["hi you"]
    assert done.messages[0]["buttons"] == [{"title": "g", "payload": "/go"}, {"title": "own", "payload": "/x"}]


async def test_what_was_understood_here_goes_as_its_meaning_with_the_words_beside_it(office):
    done = await office.says("你好 world")
    sent = office.rasa.calls[1][2]
    assert sent["message"] == '/hi@0.5000{"thing": "你好 world"}'
    assert sent["metadata"] == {TURN: "n0", "channel": "wechat", "text": "你好 world"}
    assert done.state["now"]["latest_message"] is not None
    user = next(event for event in done.events if event["event"] == "user")
    assert user["text"] == "你好 world"
    assert user["parse_data"]["intent"] == {"name": "hi", "confidence": 0.5}


async def test_rasa_may_understand_by_itself_but_a_typed_slash_is_no_payload(tmp_path):
    office = Office(tmp_path, own_understanding=False)
    done = await office.says("/hi")
    assert office.rasa.calls[1][2]["message"] == "／hi"
    assert done.intent == "／hi"
    user = next(event for event in done.events if event["event"] == "user")
    assert user["text"] == "/hi"


async def test_a_server_that_failed_is_left_alone_for_a_while(office):
    office.rasa.fails = {"PUT": "status:500"}
    for _ in range(3):
        await office.says(payload="/hi")
    assert [reason for reason, _ in office.told] == ["status:500", "resting", "resting"]
    assert len(office.rasa.calls) == 1
    office.seconds += 1.1
    await office.says(payload="/hi")
    office.seconds += 1.1
    await office.says(payload="/hi")
    assert [reason for reason, _ in office.told][3:] == ["status:500", "resting"]


async def test_a_name_that_no_path_can_hold_is_hashed(office):
    await office.says(payload="/hi", sender="wechat:主:a/b c")
    path = office.rasa.calls[0][1]
    assert path.isascii()
    assert path.split("/")[2] == office.rasa.calls[1][2]["sender"]


def test_several_values_of_an_entity_travel_as_a_list():
    entities = tuple(Entity(entity="thing", value=value) for value in ("a", 2))
    assert payload_of(Parse(intent="hi/there", confidence=1.0, entities=entities)) == '/hi@1.0000{"thing": ["a", 2]}'
    assert payload_of(replace(Parse(intent="hi"), confidence=0.25)) == "/hi@0.2500"


async def test_an_old_conversation_is_handed_over_whole(office):
    """Turns that were folded away come as the slots they led to."""
    office.rasa.after = office.rasa.goes
    for _ in range(40):
        await office.says(payload="/go")
    assert office.state["base"] is not None
    put = office.rasa.calls[-3][2]
    assert {"event": "slot", "name": "seen", "value": "yes"}.items() <= put[0].items()
    assert len(put) < 140
