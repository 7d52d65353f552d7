"""How messages fill slots."""

import pytest

from dialogs.engine.contract import Entity, Parse

DOMAIN = """
version: "3.1"
intents: [go, tell, other, back_to]
entities: [city, {way: {roles: [from, to], groups: ["1", "2"]}}]
slots:
  free: {type: text, influence_conversation: false, mappings: [{type: from_text, intent: tell}]}
  not_other: {type: text, influence_conversation: false, mappings: [{type: from_text, not_intent: [other, go]}]}
  outside: {type: text, influence_conversation: false, mappings: [{type: from_text, conditions: [{active_loop: null}]}]}
  start: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: way, role: from}]}
  second: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: way, group: "2"}]}
  cities: {type: list, influence_conversation: false, mappings: [{type: from_entity, entity: city}]}
  last_city: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: city}]}
  sure: {type: bool, influence_conversation: false, mappings: [{type: from_intent, intent: other, value: false}, {type: from_intent, intent: tell, value: true}]}
  how: {type: text, influence_conversation: false, mappings: [{type: from_trigger_intent, intent: go, value: went}]}
  asked: {type: text, influence_conversation: false, mappings: [{type: from_text, conditions: [{active_loop: trip, requested_slot: asked}]}]}
forms:
  trip: {required_slots: [how, asked], ignored_intents: other}
responses:
  utter_ask_asked: [{text: asked?}]
  utter_ask_how: [{text: how?}]
  utter_default: [{text: default}]
  utter_ok: [{text: ok}]
"""
RULES = """
version: "3.1"
rules:
  - {rule: go, steps: [{intent: go}, {action: trip}, {active_loop: trip}]}
  - {rule: tell, steps: [{intent: tell}, {action: utter_ok}]}
  - {rule: tell of city, steps: [{intent: tell, entities: [city]}, {action: utter_ok}]}
  - {rule: other, steps: [{intent: other}, {action: utter_ok}]}
"""


@pytest.fixture
def trip(write, talk):
    return talk(write(domain=DOMAIN, rules=RULES))


def told(*entities: Entity, intent: str = "tell") -> Parse:
    return Parse(intent=intent, entities=entities)


def filled(turn):
    return {event["name"]: event["value"] for event in turn.events if event["event"] == "slot"}


async def test_text_fills_for_the_wanted_intent_only(trip):
    assert filled(await trip.say("hello", parse=told()))["free"] == "hello"
    assert "free" not in filled(await trip.say("hello", parse=told(intent="other")))


async def test_text_does_not_fill_for_an_unwanted_intent(trip):
    assert filled(await trip.say("hello", parse=told()))["not_other"] == "hello"
    assert "not_other" not in filled(await trip.say("hello", parse=told(intent="other")))


async def test_a_condition_may_ask_for_no_form(trip):
    assert filled(await trip.say("a", parse=told()))["outside"] == "a"
    await trip.say("/go")
    assert "outside" not in filled(await trip.say("b", parse=told()))


async def test_roles_and_groups_tell_entities_apart(trip):
    turn = await trip.say(
        "x",
        parse=told(
            Entity(entity="way", value="A", role="from"),
            Entity(entity="way", value="B", role="to"),
            Entity(entity="way", value="C", group="2"),
        ),
    )
    assert filled(turn)["start"] == "A"
    assert filled(turn)["second"] == "C"


async def test_a_list_takes_all_values_and_a_text_the_last(trip):
    turn = await trip.say("x", parse=told(Entity(entity="city", value="A"), Entity(entity="city", value="B")))
    assert filled(turn)["cities"] == ["A", "B"]
    assert filled(turn)["last_city"] == "B"


async def test_the_intent_may_be_the_value(trip):
    assert filled(await trip.say("x", parse=told()))["sure"] is True
    assert filled(await trip.say("x", parse=told(intent="other")))["sure"] is False


async def test_the_intent_that_began_the_form_fills_inside_it_only(trip):
    turn = await trip.say("/go")
    assert filled(turn)["how"] == "went"
    assert [message["text"] for message in turn.messages] == ["asked?"]


async def test_an_ignored_intent_does_not_fill_the_forms_slots(trip):
    await trip.say("/go")
    turn = await trip.say("what?", parse=told(intent="other"))
    assert "asked" not in filled(turn)
    assert [message["text"] for message in turn.messages] == ["ok", "asked?"]


async def test_a_tapped_button_fills_with_its_title(trip):
    await trip.say("/go")
    turn = await trip.say("By train", payload="/tell")
    assert filled(turn)["asked"] == "By train"
