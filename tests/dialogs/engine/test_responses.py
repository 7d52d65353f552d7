"""Which variation of a response is chosen, and how slots are put into it."""

import pytest

from dialogs.engine.contract import Parse
from dialogs.engine.responses import choices, interpolate

IS_X = [{"type": "slot", "name": "cat", "value": "x"}]
VARIANTS = [
    {"text": "plain"},
    {"text": "if x", "condition": IS_X},
    {"text": "sms", "channel": "sms"},
    {"text": "sms if x", "channel": "sms", "condition": IS_X},
]


@pytest.mark.parametrize(
    ("channel", "cat", "text"),
    [
        ("wechat", None, "plain"),
        ("wechat", "x", "if x"),
        ("wechat", "X", "if x"),
        ("sms", None, "sms"),
        ("sms", "x", "sms if x"),
        ("sms", "y", "sms"),
    ],
)
def test_channel_goes_before_condition_goes_before_plain(channel, cat, text):
    assert [variant["text"] for variant in choices(VARIANTS, channel, {"cat": cat})] == [text]


def test_equals_are_all_offered_to_chance():
    assert len(choices([{"text": "a"}, {"text": "b"}], "sms", {})) == 2


def test_a_response_for_another_channel_alone_says_nothing():
    assert not choices([{"text": "a", "channel": "sms"}], "wechat", {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no {city}", "no 潍坊"),
        ("{none} is unset", "None is unset"),
        ("{unknown} and {city}", "{unknown} and {city}"),
        ('/go{{"city": "{city}"}}', '/go{"city": "潍坊"}'),
        ("{{city}}", "{city}"),
        ("a { b } c }", "a { b } c }"),
        ("{city.__class__}", "{city.__class__}"),
        ("{0}", "{0}"),
    ],
)
def test_slots_are_put_in_and_nothing_else(text, said):
    assert interpolate(text, {"city": "潍坊", "none": None}) == said


def test_every_text_inside_is_filled():
    button = {"title": "{a}", "payload": "/x"}
    assert interpolate({"buttons": [button]}, {"a": 1}) == {"buttons": [{"title": "1", "payload": "/x"}]}


DOMAIN = """
version: "3.1"
intents: [faq, greet]
slots: {name: {type: text, influence_conversation: false, mappings: [{type: custom}]}}
responses:
  utter_faq/deadline: [{text: sixty days}]
  utter_faq/where: [{text: at the office}]
  utter_greet:
    - {text: hello, buttons: [{title: file, payload: /file}]}
    - {text: "hello by sms", channel: sms}
    - {text: seen, image: "http://i", channel: weibo}
  utter_default: [{text: default}]
"""
RULES = """
version: "3.1"
rules:
  - {rule: faq, steps: [{intent: faq}, {action: utter_faq}]}
  - {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
"""


async def test_a_retrieval_intent_gets_the_answer_of_its_whole_name(write, talk):
    conversation = talk(write(domain=DOMAIN, rules=RULES))
    turn = await conversation.say("how long?", parse=Parse(intent="faq/deadline"))
    assert turn.messages == [{"text": "sixty days", "response": "utter_faq/deadline"}]
    assert await conversation.heard("/faq/where") == ["at the office"]
    assert await conversation.heard("/faq") == []


async def test_the_channel_of_the_message_chooses_the_wording(write, talk):
    bot = write(domain=DOMAIN, rules=RULES)
    assert await talk(bot, channel="sms").heard("/greet") == ["hello by sms"]
    assert (await talk(bot, channel="wechat").say("/greet")).messages == [
        {"text": "hello", "response": "utter_greet", "buttons": [{"title": "file", "payload": "/file"}]}
    ]
    assert (await talk(bot, channel="weibo").say("/greet")).messages == [
        {"text": "seen", "response": "utter_greet", "image": "http://i"}
    ]
