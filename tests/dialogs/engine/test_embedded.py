"""What the engine promises its caller, beside Rasa's semantics."""

import asyncio
import copy
import logging

import pytest
from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import SlotSet

from dialogs.engine.bot import Bot
from dialogs.engine.contract import Engine, Interpreter, Parse, requested_slot
from dialogs.engine.embedded import EmbeddedEngine
from dialogs.engine.errors import BadState, BotRefused
from dialogs.engine.payloads import read_payload

DOMAIN = """
version: "3.1"
session_config: {session_expiration_time: 0}
intents: [go, work, hang, loop_on]
entities: [thing]
slots:
  thing: {type: any, influence_conversation: false, mappings: [{type: from_entity, entity: thing}]}
  notes: {type: list, influence_conversation: false, mappings: [{type: custom}]}
forms:
  order: {required_slots: [thing]}
actions: [action_work, action_hang, validate_order]
responses:
  utter_ask_thing: [{text: what?}]
  utter_done: [{text: done}]
  utter_default: [{text: default}]
  utter_again: [{text: again}]
"""
RULES = """
version: "3.1"
rules:
  - {rule: go, steps: [{intent: go}, {action: order}, {active_loop: order}]}
  - {rule: done, condition: [{active_loop: order}], steps: [{action: order}, {active_loop: null}, {action: utter_done}]}
  - {rule: work, steps: [{intent: work}, {action: action_work}]}
  - {rule: hang, steps: [{intent: hang}, {action: action_hang}]}
  - {rule: loop_on, wait_for_user_input: false, steps: [{intent: loop_on}, {action: utter_again}]}
  - {rule: again, wait_for_user_input: false, steps: [{action: utter_again}, {action: utter_again}]}
"""


class Work(Action):
    """Says what it sees, sets a slot, and writes into everything it was given."""

    def __init__(self):
        self.seen = []

    def name(self):
        return "action_work"

    async def run(self, dispatcher, tracker, domain):
        self.seen.append((tracker.sender_id, tracker.get_latest_input_channel(), tracker.latest_message))
        tracker.slots["thing"] = "spoilt"
        tracker.events.clear()
        dispatcher.utter_message(json_message={"effect": "file"})
        return [SlotSet("notes", ["a"])]


class Hang(Action):
    def name(self):
        return "action_hang"

    async def run(self, dispatcher, tracker, domain):
        await asyncio.Event().wait()


class ValidateOrder(FormValidationAction):
    def name(self):
        return "validate_order"


@pytest.fixture
def bot(write) -> Bot:
    return write(domain=DOMAIN, rules=RULES)


@pytest.fixture
def actions():
    return [Work(), Hang(), ValidateOrder()]


def test_it_fulfils_the_contract(bot, actions):
    engine: Engine = EmbeddedEngine(bot=bot, actions=actions)
    assert callable(engine.turn)


async def test_a_tapped_button_needs_no_interpreter(bot, actions, talk):
    class Refusing:
        async def parse(self, text, *, state):
            raise AssertionError(text)

    conversation = talk(bot, actions, interpreter=Refusing())
    assert await conversation.heard("I want something", payload="/go") == ["what?"]
    assert requested_slot(conversation.state) == "thing"
    assert await conversation.heard("", payload='/go{"thing": "bread"}') == ["done"]
    assert conversation.slot("thing") == "bread"
    assert requested_slot(conversation.state) is None


async def test_free_text_goes_to_the_interpreter_with_the_state_before(bot, actions, talk):
    asked = []

    class Listening:
        async def parse(self, text, *, state):
            asked.append((text, requested_slot(state)))
            return Parse(intent="go", confidence=0.8)

    interpreter: Interpreter = Listening()
    conversation = talk(bot, actions, interpreter=interpreter)
    turn = await conversation.say("I want something")
    await conversation.say("hm")
    assert turn.intent == "go"
    assert asked == [("I want something", None), ("hm", "thing")]


async def test_typed_payloads_can_be_taken_as_text(bot, actions, talk):
    conversation = talk(bot, actions, payloads_in_text=False)
    assert await conversation.heard("/go") == ["default"]
    assert await conversation.heard("/go", payload="/go") == ["what?"]


async def test_actions_see_who_speaks_where_and_what_came_with_it(bot, actions, talk):
    conversation = talk(bot, actions, channel="wechat")
    turn = await conversation.say("work, please", payload='/work{"thing": "x"}', metadata={"id": "7"})
    [(sender, channel, message)] = actions[0].seen
    assert (sender, channel) == ("someone", "wechat")
    assert message["text"] == "work, please"
    assert message["metadata"] == {"id": "7"}
    assert message["entities"] == [{"entity": "thing", "value": "x", "start": 5, "end": 19, "extractor": "payload"}]
    assert turn.messages == [{"custom": {"effect": "file"}}]


async def test_what_an_action_does_to_its_tracker_does_not_reach_the_state(bot, actions, talk):
    conversation = talk(bot, actions)
    await conversation.say('/work{"thing": "bread"}')
    assert conversation.slot("thing") == "bread"
    assert conversation.slot("notes") == ["a"]
    assert any(event["event"] == "user" for event in conversation.state["events"])


async def test_a_turn_leaves_the_state_it_was_given_as_it_was(golden_talk):
    conversation = golden_talk()
    for text in ("/start_a", "/faq", "/inform x", '/tellcity{"city": "bj"}', "/affirm"):
        given = conversation.state
        before = copy.deepcopy(given)
        await conversation.say(text)
        assert given == before


async def test_an_action_that_raises_is_told_of_and_the_talk_goes_on(golden_talk):
    conversation = golden_talk()
    turn = await conversation.say("/crash")
    assert [(failure.action, str(failure.error)) for failure in turn.failures] == [("action_crash", "boom")]
    assert await conversation.heard("/greet") == ["greet"]


async def test_an_action_that_never_ends_is_given_up(bot, actions, talk):
    turn = await talk(bot, actions, action_seconds=0.01).say("/hang")
    assert [(failure.action, type(failure.error)) for failure in turn.failures] == [("action_hang", TimeoutError)]


async def test_actions_without_end_are_stopped_and_the_next_message_is_heard(bot, actions, talk):
    conversation = talk(bot, actions)
    assert await conversation.heard("/loop_on") == ["again"] * 10
    assert await conversation.heard("/go") == ["what?"]


@pytest.mark.parametrize("damaged", [{}, {"version": 0}, {"version": 1, "now": 3}, {"version": 1, "events": None}])
async def test_a_state_of_something_else_is_refused(damaged, bot, actions, talk):
    conversation = talk(bot, actions)
    conversation.state = damaged
    with pytest.raises(BadState):
        await conversation.say("/go")


async def test_a_state_outlives_a_change_of_the_domain(bot, actions, talk, write):
    conversation = talk(bot, actions)
    await conversation.say("/go")
    smaller = DOMAIN.replace("order: {required_slots: [thing]}", "other: {required_slots: [thing]}").replace(
        ", validate_order", ""
    )
    changed = write(domain=smaller.replace("  notes: {", "  notes_now: {"), rules='version: "3.1"\n')
    conversation.engine = EmbeddedEngine(bot=changed, actions=actions[:2])
    turn = await conversation.say("/go")
    assert turn.state["active_loop"] is None
    assert [message["text"] for message in turn.messages] == ["default"]


async def test_metadata_of_the_first_message_is_in_its_slot(bot, actions, talk):
    conversation = talk(bot, actions)
    await conversation.say("/go", metadata={"from": "menu"})
    assert conversation.slot("session_started_metadata") == {"from": "menu"}


async def test_a_slot_without_a_validate_method_is_no_news(bot, actions, talk, caplog):
    conversation = talk(bot, actions)
    with caplog.at_level(logging.WARNING):
        await conversation.say("/go")
        await conversation.say('/go{"thing": "bread"}')
    assert not caplog.records


def test_an_action_that_the_domain_does_not_list_is_refused(write):
    bot = write(domain=DOMAIN.replace("action_work, ", ""))
    with pytest.raises(BotRefused, match="action_work is implemented but not listed"):
        EmbeddedEngine(bot=bot, actions=[Work()])


@pytest.mark.parametrize(
    ("text", "intent", "values"),
    [
        ("/go", "go", []),
        (' /go{"thing": "a"} ', "go", ["a"]),
        ('/go{"thing": ["a", "b"], "unknown": 1}', "go", ["a", "b"]),
        ('/go@0.5{"thing": null}', "go", [None]),
        ("/go{broken}", "go", []),
        ("/restart", "restart", []),
        ("/unknown", None, []),
        ("/go on", None, []),
        ("go", None, []),
        ("/", None, []),
    ],
)
def test_payloads_are_read(text, intent, values, bot):
    parse = read_payload(text, bot.domain)
    assert (parse.intent if parse else None) == intent
    assert [entity.value for entity in parse.entities] == values if parse else not values
