"""What the engine does beyond Rasa, where the domain asks for it (``x_petition``)."""

import pytest
from rasa_sdk import Action
from rasa_sdk.events import SlotSet

from dialogs.engine.contract import Entity, Parse

DOMAIN = """
version: "3.1"
session_config: {session_expiration_time: 0}
intents: [file, ask, tell, odd, stop]
entities: [place]
slots:
  what: {type: text, influence_conversation: false, mappings: [{type: from_text, not_intent: [ask, odd, nlu_fallback], conditions: [{active_loop: petition, requested_slot: what}]}]}
  place: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: place}]}
  mood: {type: bool, mappings: [{type: custom}]}
forms:
  petition: {required_slots: [what, place]}
actions: [action_unexpected]
responses:
  utter_ask_what: [{text: what?}]
  utter_ask_place: [{text: where?}]
  utter_answer: [{text: the answer}]
  utter_unclear: [{text: sorry}]
  utter_default: [{text: default}]
  utter_filed: [{text: filed}]
"""
EXTENSION = """
x_petition:
  forms:
    petition: {interrupts: [ask], interrupt_confidence: 0.7, reask_action: utter_unclear}
"""
RULES = """
version: "3.1"
rules:
  - {rule: begin, steps: [{intent: file}, {action: petition}, {active_loop: petition}]}
  - rule: end
    condition: [{active_loop: petition}]
    steps: [{action: petition}, {active_loop: null}, {action: utter_filed}]
  - {rule: answer, steps: [{intent: ask}, {action: utter_answer}]}
  - {rule: answer of a place, steps: [{intent: ask, entities: [place]}, {action: utter_answer}]}
  - rule: an action nobody goes on after
    condition: [{slot_was_set: [{mood: null}]}]
    steps: [{intent: stop}, {action: action_unexpected}]
  - rule: in a mood
    condition: [{slot_was_set: [{mood: true}]}]
    steps: [{intent: tell}, {action: utter_answer}]
"""


class Unexpected(Action):
    """Sets a slot of which its rule says nothing, so that no rule knows how to go on."""

    def name(self):
        return "action_unexpected"

    async def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="done")
        return [SlotSet("mood", True)]


@pytest.fixture
def plain(write, talk):
    return talk(write(domain=DOMAIN, rules=RULES), [Unexpected()])


@pytest.fixture
def extended(write, talk):
    return talk(write(domain=DOMAIN + EXTENSION, rules=RULES), [Unexpected()])


QUESTION = Parse(intent="ask", confidence=0.9, entities=(Entity(entity="place", value="X Road"),))


async def test_a_question_that_names_a_place_fills_the_slot_with_rasa(plain):
    await plain.say("/file")
    assert await plain.heard("who cleans X Road?", parse=QUESTION) == ["what?"]
    assert plain.slot("place") == "X Road"


async def test_an_interrupting_question_is_answered_and_the_form_asks_again(extended):
    await extended.say("/file")
    assert await extended.heard("who cleans X Road?", parse=QUESTION) == ["the answer", "what?"]
    assert extended.slot("place") is None
    assert await extended.heard("no water") == ["where?"]


async def test_a_question_of_which_we_are_not_sure_does_not_interrupt(extended):
    await extended.say("/file")
    unsure = Parse(intent="ask", confidence=0.5, entities=QUESTION.entities)
    assert await extended.heard("X Road?", parse=unsure) == ["what?"]
    assert extended.slot("place") == "X Road"


async def test_outside_the_form_a_question_fills_as_ever(extended):
    assert await extended.heard("who cleans X Road?", parse=QUESTION) == ["the answer"]
    assert extended.slot("place") == "X Road"


@pytest.mark.parametrize("remark", ["/odd", "/nlu_fallback"])
async def test_an_unknown_remark_is_told_so_and_the_form_asks_again(remark, extended):
    await extended.say("/file")
    await extended.say("no water")
    assert await extended.heard(remark) == ["sorry", "where?"]
    assert extended.slot("what") == "no water"
    assert extended.state["active_loop"] == "petition"
    assert await extended.heard('/tell{"place": "X Road"}') == ["filed"]


async def test_without_the_extension_rasa_falls_back_and_asks_nothing(plain):
    await plain.say("/file")
    await plain.say("no water")
    assert await plain.heard("/odd") == ["default"]


async def test_an_action_that_no_rule_goes_on_after_loses_nothing_in_a_form(extended):
    await extended.say("/file")
    await extended.say("no water")
    assert await extended.heard("/stop") == ["done", "where?"]
    assert extended.slot("mood") is True


async def test_with_rasa_the_fallback_undoes_what_the_action_set(plain):
    await plain.say("/file")
    await plain.say("no water")
    assert await plain.heard("/stop") == ["done", "default"]
    assert plain.slot("mood") is None
